import { readFile, stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type PlanSource, resolveName, type SourceLoader, unreadable } from "../definition/plan-file/source-loader.ts";

/** Reads plan files from disk. Names in messages are relative to `folder` when they lie below it. */
export function diskLoader(folder: string): SourceLoader {
  return { load: (reference, from) => readSource(resolveName(reference, from), folder) };
}

/**
 * Reads one file as a plan source.
 * @returns the file, or `DRV_PLANFILE_UNREADABLE`
 */
export async function readSource(path: string, folder: string): Promise<Result<PlanSource, CodedError>> {
  const absolute = resolve(folder, path);
  const inside = relative(folder, absolute);
  const name = (inside.startsWith("..") ? absolute : inside).replaceAll("\\", "/");
  try {
    const found = await stat(absolute);
    if (!found.isFile()) {
      const what = found.isDirectory() ? "it is a folder" : "it is no file";
      return err(unreadable(name, what, "Name the file itself, such as plan.yml"));
    }
    return ok({ name, content: await readFile(absolute) });
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    const found = isMissing ? "there is no such file" : code === "EACCES" ? "nobody may read it" : String(thrown);
    return err(unreadable(name, found, "Check the name; it is meant from the folder of the file that names it"));
  }
}
