import { codedError, DroverError, fromThrown } from "../base/coded-error.ts";

export function journalDamaged(path: string, what: string): DroverError {
  return new DroverError([
    codedError("DRV_JOURNAL_DAMAGED", `Cannot use the journal at "${path}": ${what}`, { details: { path } }),
  ]);
}

export function journalFormatUnknown(path: string, format: number): DroverError {
  return new DroverError([
    codedError("DRV_JOURNAL_FORMAT_UNKNOWN", `Cannot use the journal at "${path}": its format ${format} is not known`),
  ]);
}

export function journalLocked(folder: string, holder: number | undefined): DroverError {
  return new DroverError([
    codedError("DRV_JOURNAL_LOCKED", `Cannot use the journal in "${folder}": process ${holder ?? "unknown"} has it`, {
      details: { folder, ...(holder === undefined ? {} : { pid: holder }) },
    }),
  ]);
}

/** The error of a journal that met an error of the system; a refusal stays what it is. */
export function journalFailed(folder: string, thrown: unknown): DroverError {
  if (thrown instanceof DroverError) return thrown;
  return new DroverError([fromThrown("DRV_JOURNAL_FAILED", thrown, `Cannot use the journal in "${folder}"`)]);
}
