import { existsSync, mkdirSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing. Not by the `recursive` option of Node: that one never returns where a
 * file system refuses new folders by saying that something is missing, as /proc does.
 * @throws the system's error; a folder that somebody else makes meanwhile is fine
 */
export async function makeFolders(path: string, mode: number): Promise<void> {
  for (const folder of missingFolders(path)) {
    await mkdir(folder, { mode }).catch((thrown: unknown) => passExisting(thrown, folder));
  }
}

/** {@link makeFolders} for constructors. */
export function makeFoldersSync(path: string, mode: number): void {
  for (const folder of missingFolders(path)) {
    try {
      mkdirSync(folder, { mode });
    } catch (thrown) {
      passExisting(thrown, folder);
    }
  }
}

/** From the top down; the path itself when nothing is missing, so that something else standing there is noticed. */
function missingFolders(path: string): readonly string[] {
  const missing: string[] = [];
  for (let at = path; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  return missing.length === 0 ? [path] : missing.reverse();
}

function passExisting(thrown: unknown, folder: string): void {
  const isThere = thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST";
  if (!isThere || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw thrown;
}
