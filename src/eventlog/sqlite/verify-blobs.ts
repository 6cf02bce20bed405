import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CodedError } from "../../base/coded-error.ts";
import { sha256 } from "../../base/json.ts";
import { blobDamaged, blobMissing } from "../blob-refusal.ts";
import { isMissingFile } from "./missing-file.ts";

const HASH = /^[0-9a-f]{64}$/;

/** Looks at blobs, each once: those that events name, then all others in the folder. */
export class BlobCheck {
  readonly #folder: string;
  readonly #report: (error: CodedError, position?: number) => void;
  readonly #seen = new Set<string>();

  constructor(folder: string, report: (error: CodedError, position?: number) => void) {
    this.#folder = join(folder, "blobs");
    this.#report = report;
  }

  /** A blob that the row at `position` names. */
  check(hash: string, position: number): void {
    if (this.#seen.has(hash)) return;
    this.#seen.add(hash);
    const defect = this.#defect(hash);
    if (defect !== undefined) this.#report(defect, position);
  }

  /** What lies in the folder without being named; answers how many blobs there are in all. */
  checkOthers(): number {
    let count = 0;
    for (const prefix of namesIn(this.#folder)) {
      for (const hash of namesIn(join(this.#folder, prefix))) {
        if (!HASH.test(hash)) continue;
        count += 1;
        const defect = this.#seen.has(hash) ? undefined : this.#defect(hash);
        if (defect !== undefined) this.#report(defect);
      }
    }
    return count;
  }

  #defect(hash: string): CodedError | undefined {
    if (!HASH.test(hash)) return blobMissing(hash);
    try {
      const content = readFileSync(join(this.#folder, hash.slice(0, 2), hash));
      return sha256(content) === hash ? undefined : blobDamaged(hash);
    } catch (thrown) {
      return isMissingFile(thrown) ? blobMissing(hash) : blobDamaged(hash);
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
