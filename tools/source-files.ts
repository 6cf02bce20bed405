import { globSync } from "node:fs";

/** Files under `root` that match one of `patterns`, with `/` as separator, sorted; nothing below `node_modules`. */
export function listFiles(root: string, patterns: readonly string[]): readonly string[] {
  return globSync([...patterns], { cwd: root, exclude: ["**/node_modules/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted();
}

/** Whether a file holds tests or what only tests use, and so stands outside the fences of its folder. */
export function isTestFile(path: string): boolean {
  return /\.(?:test|bench)\.ts$/.test(path) || /(?:^|\/)(?:fixtures|test-kit)\//.test(path);
}
