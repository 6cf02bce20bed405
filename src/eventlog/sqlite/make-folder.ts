import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { isMissingFile } from "./missing-file.ts";

/**
 * Makes a folder with mode 0700, and those above it. Not by the `recursive` option of Node: that one never returns
 * where a file system refuses new folders by saying that something is missing, as /proc does.
 */
export function makeFolder(path: string): void {
  try {
    makeOne(path);
  } catch (thrown) {
    if (!isMissingFile(thrown) || dirname(path) === path) throw thrown;
    makeFolder(dirname(path));
    makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
  }
}
