import { lstatSync, mkdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";

const OTHERS_MAY_WRITE = 0o022;

/**
 * The folder in which Node may keep what it compiles, so that the next start takes two thirds of the time:
 * `$XDG_CACHE_HOME/drover/compiled`, or `.cache/drover/compiled` in the home folder. Made when it does not exist.
 *
 * Compiled code is trusted, so only a folder counts that belongs to `userId`, in a place that does too, and that nobody
 * else may write to; Node's own choice, a folder in `/tmp`, could be filled by anyone before `root` starts drover.
 *
 * @returns the folder, or `undefined` where none can be had: nothing is kept then, and drover works as well
 */
export function compileCacheFolder(
  env: { readonly [name: string]: string | undefined },
  userId: number | undefined,
): string | undefined {
  const given = env["XDG_CACHE_HOME"];
  const isGiven = given !== undefined && isAbsolute(given);
  const place = isGiven ? given : env["HOME"];
  if (userId === undefined || place === undefined || !isAbsolute(place)) return undefined;
  try {
    if (lstatSync(place).uid !== userId) return undefined;
    return makeOwnFolder(place, { names: isGiven ? FOLDERS.slice(1) : FOLDERS, userId });
  } catch {
    return undefined;
  }
}

const FOLDERS = [".cache", "drover", "compiled"];

/** Step by step, because Node never ends making several folders at once where the file system makes none. */
function makeOwnFolder(
  place: string,
  { names, userId }: { readonly names: readonly string[]; readonly userId: number },
): string | undefined {
  let path = place;
  for (const name of names) {
    path = join(path, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) mkdirSync(path, { mode: 0o700 });
    else if (!found.isDirectory() || found.uid !== userId || (found.mode & OTHERS_MAY_WRITE) !== 0) return undefined;
  }
  return path;
}
