import type { SnapshotReference } from "./durable-log.ts";
import type { NewLogRow } from "./event-log.ts";

/**
 * Rows the log writes about itself. Their stream starts with `log/`; readers of other streams pass them over.
 * The epoch of an owner is the position of its claim: it grows with every owner and no two have the same.
 */
export type LaneRecord =
  | { readonly type: "lane.claimed"; readonly v: 1; readonly owner: string }
  | { readonly type: "snapshot.taken"; readonly v: 1; readonly snapshot: SnapshotReference }
  | { readonly type: "segment.sealed"; readonly v: 1; readonly snapshot: SnapshotReference }
  | { readonly type: "segment.opened"; readonly v: 1; readonly snapshot: SnapshotReference };

const STREAM_PREFIX = "log/";

/** Whether a stream is one of the two that only a seal writes. */
export function isSegmentRecord(stream: string): boolean {
  return stream === `${STREAM_PREFIX}seal` || stream === `${STREAM_PREFIX}segment`;
}

export function claimRow(owner: string): NewLogRow {
  return row("claim", { type: "lane.claimed", v: 1, owner });
}

/** The hash of a snapshot of one of the streams, so that the log vouches for it. Each has a stream of its own. */
export function snapshotRow(snapshot: SnapshotReference): NewLogRow {
  return row(`snapshot/${snapshot.hash.slice(0, 16)}.${snapshot.position}`, { type: "snapshot.taken", v: 1, snapshot });
}

export function sealRow(snapshot: SnapshotReference): NewLogRow {
  return row("seal", { type: "segment.sealed", v: 1, snapshot });
}

export function openedRow(snapshot: SnapshotReference): NewLogRow {
  return row("segment", { type: "segment.opened", v: 1, snapshot });
}

/** Each record stands for itself: they are found by reading, not by links. */
function row(kind: string, record: LaneRecord): NewLogRow {
  return { stream: `${STREAM_PREFIX}${kind}`, previousPosition: 0, events: [record] };
}
