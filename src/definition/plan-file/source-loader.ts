import { codedError, type CodedError } from "../../base/coded-error.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** A file as it was read. */
export interface PlanSource {
  /** Identifies the file among those of one plan; shown in messages. Relative names use `/`. */
  readonly name: string;
  /** Text, or bytes that must be UTF-8. */
  readonly content: string | Uint8Array;
}

/** Reads the files that a plan file names. */
export interface SourceLoader {
  /**
   * @param reference as written in the file `from`, relative to its folder
   * @returns the file, or `DRV_PLANFILE_UNREADABLE`
   */
  load(reference: string, from: string): Promise<Result<PlanSource, CodedError>>;
}

/**
 * Reads files kept in memory, by name: how a plan is made again from its texts.
 * @param files texts by the names that {@link PlanSource} gave them
 */
export function memoryLoader(files: ReadonlyMap<string, string>): SourceLoader {
  return {
    load: (reference, from) => {
      const name = resolveName(reference, from);
      const content = files.get(name);
      return Promise.resolve(
        content === undefined ? err(unreadable(reference, "it is not there")) : ok({ name, content }),
      );
    },
  };
}

/** The name of the file that `reference` means when it is written in `from`. */
export function resolveName(reference: string, from: string): string {
  if (reference.startsWith("/")) return reference;
  const isAbsolute = from.startsWith("/");
  const parts: string[] = [];
  for (const part of [...from.split("/").slice(0, -1), ...reference.split("/")]) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return `${isAbsolute ? "/" : ""}${parts.join("/")}`;
}

/** A file that cannot be read. */
export function unreadable(name: string, found: string, hint?: string): CodedError {
  return codedError(
    "DRV_PLANFILE_UNREADABLE",
    `Cannot read plan file ${JSON.stringify(name.slice(0, 200))}: ${found}`,
    hint === undefined ? {} : { hint },
  );
}
