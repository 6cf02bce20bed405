import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Modules that are looked at; a plan with more has a hash of these. */
const MODULES_MAX = 2_000;
/** What a module names after `from`, `import` or `import(` and `require(`: relative places only. */
const IMPORTED = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'])(\.{1,2}\/[^"'\n]+|file:[^"'\n]+)\1/g;

/**
 * A digest of a module and of every module it imports by a relative path, as 64 hexadecimal digits: the same while none
 * of them has changed. Packages are not followed: their versions are a matter of the lock file. Texts are looked at, not
 * run; an import in a comment counts too, which at worst makes the digest more careful.
 *
 * @param path absolute path of a file that exists
 */
export async function moduleHash(path: string): Promise<string> {
  const root = dirname(path);
  const contents = new Map<string, string>();
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (contents.has(next) || contents.size >= MODULES_MAX) continue;
    const text = await readFile(next, "utf8").catch(() => "");
    contents.set(next, text);
    for (const [, , specifier = ""] of text.matchAll(IMPORTED)) waiting.push(placeOf(specifier, next));
  }
  const hash = createHash("sha256");
  for (const [file, text] of [...contents].sort(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(JSON.stringify([relative(root, file), text]));
  }
  return hash.digest("hex");
}

function placeOf(specifier: string, importer: string): string {
  if (!specifier.startsWith("file:")) return resolve(dirname(importer), specifier);
  try {
    return fileURLToPath(specifier);
  } catch {
    return specifier;
  }
}
