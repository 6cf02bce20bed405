import type { CodedError } from "../../base/coded-error.ts";
import type { SnapshotReference } from "../durable-log.ts";
import type { AppendOutcome } from "../event-log.ts";

/** A row whose events are JSON text: what crosses between the threads and lies in the file. */
export interface EncodedRow {
  readonly stream: string;
  readonly previousPosition: number;
  readonly body: string;
}

export interface StoredRow extends EncodedRow {
  readonly position: number;
  readonly batchId: string;
}

export type WorkerRequest =
  | {
      readonly type: "append";
      readonly expectedPosition: number;
      readonly batchId: string;
      readonly rows: readonly EncodedRow[];
    }
  | { readonly type: "seal"; readonly expectedPosition: number; readonly snapshot: SnapshotReference }
  | { readonly type: "read"; readonly from: number }
  | { readonly type: "links"; readonly newest: number; readonly after: number }
  | { readonly type: "rowsAt"; readonly positions: readonly number[] }
  | { readonly type: "drop"; readonly position: number }
  | { readonly type: "verify" }
  | { readonly type: "close" };

export type WorkerAnswer =
  | { readonly type: "opened"; readonly tail: number; readonly first: number }
  | { readonly type: "appended"; readonly outcome: AppendOutcome }
  | { readonly type: "rows"; readonly rows: readonly StoredRow[] }
  | { readonly type: "links"; readonly positions: readonly number[] }
  | { readonly type: "dropped"; readonly count: number; readonly first: number }
  | { readonly type: "verified"; readonly count: number }
  | { readonly type: "closed" }
  /** Nothing can be written any more when it is fatal. */
  | { readonly type: "failed"; readonly error: CodedError; readonly isFatal: boolean };

export interface NumberedRequest {
  readonly id: number;
  readonly request: WorkerRequest;
}

/** The answer to the request of the same id; id 0 answers the start of the worker. */
export interface NumberedAnswer {
  readonly id: number;
  readonly answer: WorkerAnswer;
}
