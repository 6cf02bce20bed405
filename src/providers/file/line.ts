import { ok } from "../../base/result.ts";
import { fileLine, type FileLineParams } from "../../operation/catalog/file.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { contentChange, decodeText, encodeText } from "./content-change.ts";
import { editLines, type LineEdit } from "./line-edit.ts";
import { ownershipOf } from "./ownership.ts";
import { observePath, parentsMissing, typeConflict, type PathState } from "./path-state.ts";
import { capturePaths, restorePaths } from "./snapshot.ts";

type LineResult = ResultDataOf<typeof fileLine>;

interface LineObserved extends PathState {
  /** `undefined` when the file does not exist. */
  readonly text: string | undefined;
  readonly edit: LineEdit;
}

async function inspect(params: FileLineParams, context: ProviderContext): ProviderResult<LineObserved> {
  const state = await observePath(params.path, context);
  if (!state.ok) return state;
  const conflict = typeConflict(state.value, ["file"], "edit");
  if (conflict !== undefined) return conflict;
  const text = await currentText(state.value, context);
  if (!text.ok) return text;
  if (text.value === undefined) return inspectAbsent(state.value, params);
  return ok({ ...state.value, text: text.value, edit: editLines(text.value, params) });
}

async function inspectAbsent(state: PathState, params: FileLineParams): ProviderResult<LineObserved> {
  if (params.state === "absent") return ok({ ...state, text: undefined, edit: { text: "", lineCount: 0 } });
  if (!params.create) {
    return failed("DRV_FILE_MISSING", `Cannot edit ${quoted(state.path)}: there is no such file`, {
      hint: "Deploy it in an earlier task, or set create",
    });
  }
  return parentsMissing(state, false) ?? ok({ ...state, text: undefined, edit: editLines("", params) });
}

async function currentText(
  { path, stat }: PathState,
  { host, signal }: ProviderContext,
): ProviderResult<string | undefined> {
  if (stat === undefined) return ok(undefined);
  const content = await host.readFile(path, { signal });
  if (!content.ok) return failedWith(content.error);
  const text = decodeText(content.value);
  if (text !== undefined) return ok(text);
  return failed("DRV_FILE_NOT_TEXT", `Cannot edit ${quoted(path)}: it is not text in UTF-8`, {
    hint: "Deploy the whole file instead, or convert it to UTF-8",
  });
}

function diff({ path, text, edit }: LineObserved): readonly Change[] {
  if (edit.lineCount === 0) return [];
  const before = text === undefined ? undefined : encodeText(text);
  return [contentChange({ path, before, after: encodeText(edit.text) })];
}

function result({ path, edit }: LineObserved): LineResult {
  return { path, lineCount: edit.lineCount };
}

function capture(_params: FileLineParams, { path }: LineObserved, context: ProviderContext) {
  return capturePaths([path], context);
}

async function apply(
  _params: FileLineParams,
  observed: LineObserved,
  { host, signal }: ProviderContext,
): ProviderResult<LineResult> {
  const { path, stat, edit } = observed;
  const owner = ownershipOf({}, stat);
  const written = await host.writeFile(path, encodeText(edit.text), { signal, owner });
  return written.ok ? ok(result(observed)) : failedWith(written.error);
}

/** Makes a text file contain a line, or not. */
export const fileLineProvider: WriteProvider<FileLineParams, LineResult, LineObserved> = {
  kind: "write",
  spec: fileLine,
  inspect,
  diff,
  unchangedResult: result,
  capture,
  apply,
  undo: restorePaths,
};
