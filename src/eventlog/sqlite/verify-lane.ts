import { codedError, type CodedError } from "../../base/coded-error.ts";
import type { SnapshotReference } from "../durable-log.ts";
import { claimIn, openingIn, sealIn } from "./segment-record.ts";
import type { UnreadableRow } from "./segment-reader.ts";
import type { BlobCheck } from "./verify-blobs.ts";
import type { StoredRow } from "./worker-messages.ts";

export type Report = (error: CodedError, position?: number) => void;

export interface LaneCheckOptions {
  readonly report: Report;
  /** Blobs an event names. */
  readonly named: (event: unknown) => readonly string[];
  readonly blobs: BlobCheck;
}

/** Snapshot that a seal or an opened segment refers to, and where. */
export interface PlacedReference {
  readonly snapshot: SnapshotReference;
  readonly position: number;
  /** Nothing older than it is in the log: without it the lane cannot be rebuilt. */
  readonly isNeeded: boolean;
}

/** Looks at the rows of a lane one after the other: links, seals, owners, and what events name. */
export class LaneCheck {
  readonly streams = new Set<string>();
  readonly references: PlacedReference[] = [];
  events = 0;
  epochs = 0;
  readonly #options: LaneCheckOptions;
  /** Newest row of each stream that was read. */
  readonly #heads = new Map<string, number>();
  /** Streams of which a row could not be read: what follows cannot be linked to it. */
  readonly #broken = new Set<string>();
  /** Rows up to here were dropped or cannot be read: streams may go on from any of them. */
  #cut = 0;
  readonly #formerOwners = new Set<string>();
  #owner: string | undefined;
  #first = 1;
  #segmentFirst = 1;
  #seal: { readonly position: number; readonly snapshot: SnapshotReference } | undefined;
  #newest = 0;
  #hasGap = false;

  constructor(options: LaneCheckOptions) {
    this.#options = options;
  }

  /** Names snapshots may have: those that are referred to, and streams. */
  readonly snapshotNames = (): ReadonlySet<string> => {
    const names = new Set(this.streams);
    for (const stream of this.streams) names.add(stream.slice(stream.indexOf("/") + 1));
    for (const { snapshot } of this.references) names.add(snapshot.name);
    return names;
  };

  beginSegment(first: number): void {
    if (this.#newest === 0) {
      this.#first = first;
      this.#cut = first - 1;
    }
    this.#segmentFirst = first;
  }

  /** A row that cannot be looked at. */
  unreadable({ stream, last }: UnreadableRow): void {
    if (stream !== undefined) {
      this.#broken.add(stream);
    } else {
      this.#hasGap = true;
      this.#cut = last;
      this.#heads.clear();
    }
    this.#newest = last;
    this.#seal = undefined;
  }

  row(row: StoredRow): void {
    this.#newest = row.position;
    try {
      this.#checkSeal(row);
      this.#checkOwner(row);
      this.#checkLink(row);
      this.#checkEvents(row);
    } catch (thrown) {
      this.#found("DRV_LOG_ROW_UNREADABLE", row, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  /** The log has no more rows. */
  end(): void {
    if (this.#seal === undefined || this.#segmentFirst > this.#seal.position) return;
    const { position } = this.#seal;
    this.#found("DRV_LOG_SEAL_BROKEN", { position }, "the segment is sealed, but the one after it is missing");
  }

  #checkLink({ stream, position, previousPosition }: StoredRow): void {
    if (stream.startsWith("log/")) return;
    this.streams.add(stream);
    const known = this.#heads.get(stream);
    this.#heads.set(stream, position);
    const isCut = known === undefined && previousPosition <= this.#cut;
    if (this.#broken.delete(stream) || isCut || previousPosition === (known ?? 0)) return;
    const newest = known === undefined ? "has no row before" : `has its newest row at ${known}`;
    this.#found(
      "DRV_LOG_LINK_BROKEN",
      { position },
      `it leads to ${previousPosition}, but stream "${stream}" ${newest}`,
    );
  }

  #checkSeal(row: StoredRow): void {
    const { position } = row;
    const seal = this.#seal;
    this.#seal = undefined;
    const opening = openingIn(row);
    if (seal !== undefined && opening === undefined) {
      this.#found("DRV_LOG_SEAL_BROKEN", row, `the segment was sealed at ${seal.position}, but rows follow in it`);
    }
    if (opening !== undefined) {
      this.references.push({ snapshot: opening, position, isNeeded: position === this.#first && position > 1 });
      const isFirst = position === this.#segmentFirst;
      const isCut = position === this.#first;
      const isSame = seal !== undefined && JSON.stringify(seal.snapshot) === JSON.stringify(opening);
      if (!isFirst || !(isSame || isCut || this.#hasGap)) {
        this.#found("DRV_LOG_SEAL_BROKEN", row, "it opens a segment without the seal that belongs to it");
      }
    }
    const snapshot = sealIn(row);
    if (snapshot === undefined) return;
    this.#seal = { position, snapshot };
    this.references.push({ snapshot, position, isNeeded: false });
  }

  /** Nobody who has lost the lane to another owner can have written to it. */
  #checkOwner(row: StoredRow): void {
    const claimed = claimIn(row);
    if (claimed !== undefined) {
      if (this.#owner !== undefined && this.#owner !== claimed) this.#formerOwners.add(this.#owner);
      this.#formerOwners.delete(claimed);
      this.#owner = claimed;
      this.epochs += 1;
      return;
    }
    const end = row.batchId.lastIndexOf(".");
    const writer = end === -1 ? row.batchId : row.batchId.slice(0, end);
    if (!this.#formerOwners.has(writer)) return;
    this.#found(
      "DRV_LOG_OWNER_BROKEN",
      row,
      `"${writer}" wrote it after "${String(this.#owner)}" had claimed the lane`,
    );
  }

  #checkEvents({ position, body }: StoredRow): void {
    const events: unknown = JSON.parse(body);
    if (!Array.isArray(events)) throw new Error("its body is no list of events");
    for (const event of events) {
      this.events += 1;
      for (const hash of this.#options.named(event)) this.#options.blobs.check(hash, position);
    }
  }

  #found(
    code: "DRV_LOG_SEAL_BROKEN" | "DRV_LOG_OWNER_BROKEN" | "DRV_LOG_LINK_BROKEN" | "DRV_LOG_ROW_UNREADABLE",
    { position }: { readonly position: number },
    found: string,
  ): void {
    this.#options.report(codedError(code, `Row ${position} of the log is not as it must be: ${found}`), position);
  }
}
