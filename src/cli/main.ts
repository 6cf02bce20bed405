import { enableCompileCache } from "node:module";
import { compileCacheFolder } from "./compile-cache.ts";
import { nodeVersionProblem } from "./node-version.ts";
import { programVersion } from "./program-version.ts";

/** The entry of the program. Loads only what the command needs: the version is printed without any of the rest. */
async function main(): Promise<void> {
  const problem = nodeVersionProblem(process.versions.node);
  const words = process.argv.slice(2);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 1;
  } else if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
    process.stdout.write(`${programVersion()}\n`);
  } else {
    rememberCompiledCode();
    const { runInProcess } = await import("./run-in-process.ts");
    await runInProcess(words);
  }
}

/** Compiling our modules takes longer than most commands; Node keeps the result when it is told where. */
function rememberCompiledCode(): void {
  const folder = compileCacheFolder(process.env, process.getuid?.());
  if (folder !== undefined) enableCompileCache(folder);
}

await main();
