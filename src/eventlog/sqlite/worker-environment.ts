import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { env } from "node:process";

/**
 * Environment for a thread: that of the process, and where it keeps compiled code, when it keeps any. A thread that is
 * not told so compiles its modules at every start, which takes longer than opening a log.
 */
export function workerEnvironment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  // Node names the folder for its own version, inside of the one it was given.
  return folder === undefined ? env : { ...env, NODE_COMPILE_CACHE: dirname(folder) };
}
