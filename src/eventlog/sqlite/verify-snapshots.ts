import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { codedError, fromThrown, type CodedError } from "../../base/coded-error.ts";
import { sha256 } from "../../base/json.ts";
import type { PlacedReference, Report } from "./verify-lane.ts";

const FILE_NAME = /^([0-9]{16})\.snapshot$/;
/** Hexadecimal digits of the digest in front of the compressed content. */
const DIGEST_LENGTH = 64;

export interface SnapshotCheckOptions {
  /** Names that snapshots may have; their folders are named by the hash. */
  readonly names: ReadonlySet<string>;
  readonly references: readonly PlacedReference[];
  readonly report: Report;
}

interface GoodSnapshot {
  readonly name: string | undefined;
  readonly position: number;
  readonly hash: string;
}

/** Looks at every snapshot, and at what the log says about them; answers how many there are. */
export function checkSnapshots(folder: string, { names, references, report }: SnapshotCheckOptions): number {
  const root = join(folder, "snapshots");
  const nameOf = new Map([...names].map((name) => [sha256(name), name]));
  const good: GoodSnapshot[] = [];
  let count = 0;
  for (const directory of namesIn(root)) {
    for (const file of namesIn(join(root, directory))) {
      const position = Number(FILE_NAME.exec(file)?.[1]);
      if (Number.isNaN(position)) continue;
      count += 1;
      const path = join(root, directory, file);
      const read = readSnapshot(path, { name: nameOf.get(directory), position });
      if ("code" in read) report(read);
      else good.push(read);
    }
  }
  for (const reference of references) checkReference(reference, good, report);
  return count;
}

/** A snapshot of another content under the position the log names, or none where the lane cannot do without. */
function checkReference(
  { snapshot, position, isNeeded }: PlacedReference,
  good: readonly GoodSnapshot[],
  report: Report,
) {
  const same = good.filter(({ name }) => name === snapshot.name);
  const there = same.find((each) => each.position === snapshot.position);
  if (there !== undefined && there.hash !== snapshot.hash) {
    report(damagedSnapshot(snapshot.name, snapshot.position, "the log names another hash"), position);
  }
  const isReplaced = same.some((each) => each.position >= snapshot.position);
  if (!isNeeded || isReplaced) return;
  report(
    damagedSnapshot(snapshot.name, snapshot.position, "it is missing, and the rows before it were dropped"),
    position,
  );
}

function readSnapshot(
  path: string,
  { name, position }: { readonly name: string | undefined; readonly position: number },
): GoodSnapshot | CodedError {
  const action = `Cannot read the snapshot "${path}"`;
  try {
    const file = readFileSync(path);
    const hash = sha256(zstdDecompressSync(file.subarray(DIGEST_LENGTH)));
    // A snapshot of a name that the log does not have can only be unpacked.
    if (name === undefined) return { name, position, hash };
    const digest = sha256(JSON.stringify([name, position, hash]));
    if (file.subarray(0, DIGEST_LENGTH).toString("latin1") === digest) return { name, position, hash };
    return codedError("DRV_LOG_SNAPSHOT_DAMAGED", `${action}: its content has another hash`);
  } catch (thrown) {
    return fromThrown("DRV_LOG_SNAPSHOT_DAMAGED", thrown, action);
  }
}

function damagedSnapshot(name: string, position: number, found: string): CodedError {
  return codedError("DRV_LOG_SNAPSHOT_DAMAGED", `Cannot use the snapshot of "${name}" at ${position}: ${found}`);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
