import type { JsonObject } from "../base/json.ts";

declare const resultData: unique symbol;

/**
 * An operation with the parameters an author wrote, not checked yet. `ResultData` exists for inference only: it is the
 * type of the data the operation returns.
 */
export interface OperationCall<ResultData = unknown> {
  readonly operation: string;
  readonly params: JsonObject;
  readonly [resultData]?: ResultData;
}
