import type { ServiceEnsureParams } from "../../operation/catalog/service.ts";
import type { Change } from "../../operation/outcome.ts";
import { contentChange, encodeText } from "../file/content-change.ts";
import { isEnabledState, isRunningState, type UnitState } from "./unit-state.ts";

/** A unit as the host has it, and its file in the folder of the administrator. */
export interface ServiceObserved {
  readonly unit: UnitState;
  readonly path: string;
  /** Content of the file; `undefined` when there is none. */
  readonly file: Uint8Array | undefined;
  readonly isLink: boolean;
}

/** What differs between a unit and the wanted one. */
export function serviceChanges(observed: ServiceObserved, params: ServiceEnsureParams): readonly Change[] {
  const { unit, path, file } = observed;
  const changes: Change[] = [];
  const isRunning = isRunningState(unit.activeState);
  if (params.state === "absent") {
    if (isRunning) changes.push({ property: "isRunning", before: true, after: false });
    if (isEnabledState(unit.fileState)) changes.push({ property: "isEnabled", before: true, after: false });
    if (hasOwnFile(observed)) changes.push({ property: "existence", before: path, after: "absent" });
    return changes;
  }
  if (mustWriteUnit(observed, params)) {
    changes.push(contentChange({ path, before: file, after: encodeText(params.unit ?? "") }));
  }
  if (params.isEnabled !== undefined && params.isEnabled !== isEnabledState(unit.fileState)) {
    changes.push({ property: "isEnabled", before: !params.isEnabled, after: params.isEnabled });
  }
  if (
    params.isRunning !== undefined &&
    params.isRunning !== (unit.activeState === "active" || (!params.isRunning && isRunning))
  ) {
    changes.push({ property: "isRunning", before: unit.activeState, after: params.isRunning ? "active" : "inactive" });
  }
  return changes;
}

export function hasOwnFile({ file, isLink }: ServiceObserved): boolean {
  return file !== undefined || isLink;
}

export function mustWriteUnit({ file }: ServiceObserved, { unit }: ServiceEnsureParams): boolean {
  return unit !== undefined && (file === undefined || new TextDecoder().decode(file) !== unit);
}
