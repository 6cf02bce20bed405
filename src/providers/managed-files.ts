import { z } from "zod";
import { sha256, type JsonValue } from "../base/json.ts";
import { err, ok } from "../base/result.ts";
import type { Change } from "../operation/outcome.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../operation/provider.ts";
import type { OperationSpec } from "../operation/spec.ts";
import { failed, failedWith } from "./failure.ts";
import { contentChange, encodeText } from "./file/content-change.ts";
import { makeStateFolder } from "./file/deploy-record.ts";
import { makeParents, observePath, typeConflict, type PathState } from "./file/path-state.ts";
import { capturePaths, isSameBytes, restorePaths } from "./file/snapshot.ts";
import { isMissingTool, runTool, type ToolRun } from "./tool.ts";

/** What must stand at a path. */
export type WantedPath =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content: Uint8Array;
      /** Of a new file, and with `isModeKept` false of an existing one. Default 0o644. */
      readonly mode?: number;
      readonly isSecret?: boolean;
    }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  | { readonly kind: "absent"; readonly path: string };

/** A program that makes the system read its files. */
export interface Activation {
  readonly argv: readonly string[];
  readonly action: string;
  /** A host without this program does not need it. Default false. */
  readonly isOptional?: boolean;
}

/** What an operation that lives in files wants. */
export interface FilesPlan<ResultData> {
  readonly paths: readonly WantedPath[];
  /** Runs after the files were changed, and again after they were put back. */
  readonly activation?: readonly Activation[];
  /** Instead of `activation` after the files were put back: brings back the live state that was found. */
  readonly undoActivation?: readonly Activation[];
  /** What differs in the running system, which `activation` will change. */
  readonly live?: readonly Change[];
  readonly result: ResultData;
}

interface FoundPath {
  readonly wanted: WantedPath;
  readonly state: PathState;
  /** Content of a file, target of a symbolic link. */
  readonly content: Uint8Array | undefined;
  readonly target: string | undefined;
}

export interface FilesObserved<ResultData> {
  readonly plan: FilesPlan<ResultData>;
  readonly found: readonly FoundPath[];
  /** Exists while files are written whose activation has not ended well. */
  readonly marker: string;
  readonly isPending: boolean;
}

const FILE_MODE_DEFAULT = 0o644;

export interface ManagedFiles<Params, ResultData> {
  readonly spec: OperationSpec<Params, ResultData>;
  plan(params: Params, context: ProviderContext): ProviderResult<FilesPlan<ResultData>>;
}

/**
 * A provider for what lives in files of the host and takes effect by running a program: compares the bytes on disk,
 * writes only what differs, activates, and puts the files back when activating fails. A marker beside the state of
 * drover tells a later attempt that activating was cut short.
 */
export function managedFiles<Params, ResultData>(
  declaration: ManagedFiles<Params, ResultData>,
): WriteProvider<Params, ResultData, FilesObserved<ResultData>> {
  return {
    kind: "write",
    spec: declaration.spec,
    async inspect(params, context) {
      const plan = await declaration.plan(params, context);
      return plan.ok ? await observe(plan.value, context) : plan;
    },
    diff: (observed) => changesOf(observed),
    unchangedResult: (observed) => observed.plan.result,
    async capture(_params, observed, context) {
      const captured = await capturePaths(touchedPaths(observed), context);
      if (!captured.ok) return captured;
      const { undoActivation, activation = [] } = observed.plan;
      return ok({
        facts: { version: 1, files: captured.value.facts, activation: (undoActivation ?? activation).map(asJson) },
        blobs: captured.value.blobs,
      });
    },
    apply: (_params, observed, context) => apply(observed, context),
    undo,
  };
}

async function observe<ResultData>(
  plan: FilesPlan<ResultData>,
  context: ProviderContext,
): ProviderResult<FilesObserved<ResultData>> {
  const found: FoundPath[] = [];
  for (const wanted of plan.paths) {
    const one = await observeOne(wanted, context);
    if (!one.ok) return one;
    found.push(one.value);
  }
  const marker = `${context.host.stateFolder}/pending/${sha256(plan.paths.map(({ path }) => path).join("\n")).slice(0, 32)}`;
  if ((plan.activation ?? []).length === 0) return ok({ plan, found, marker, isPending: false });
  const stat = await context.host.stat(marker, { signal: context.signal });
  if (!stat.ok) return failedWith(stat.error);
  return ok({ plan, found, marker, isPending: stat.value !== undefined });
}

async function observeOne(wanted: WantedPath, context: ProviderContext): ProviderResult<FoundPath> {
  const { host, signal } = context;
  const state = await observePath(wanted.path, context);
  if (!state.ok) return state;
  const conflict = typeConflict(state.value, ["file", "symlink"], "write");
  if (conflict !== undefined) return conflict;
  const none = { wanted, state: state.value, content: undefined, target: undefined };
  if (state.value.stat?.type === "symlink") {
    const target = await host.readlink(wanted.path, { signal });
    return target.ok ? ok({ ...none, target: target.value }) : failedWith(target.error);
  }
  if (state.value.stat === undefined) return ok(none);
  const content = await host.readFile(wanted.path, { signal });
  return content.ok ? ok({ ...none, content: content.value }) : failedWith(content.error);
}

function changesOf<ResultData>({ plan, found, isPending }: FilesObserved<ResultData>): readonly Change[] {
  const changes = [...found.flatMap(pathChanges), ...(plan.live ?? [])];
  if (isPending && changes.length === 0) changes.push({ property: "activation", before: "interrupted", after: "done" });
  return changes;
}

function pathChanges({ wanted, state, content, target }: FoundPath): readonly Change[] {
  const { path, stat } = state;
  if (wanted.kind === "absent") {
    return stat === undefined ? [] : [{ property: "existence", before: path, after: "absent" }];
  }
  if (wanted.kind === "symlink") {
    return target === wanted.target ? [] : [{ property: path, before: target ?? null, after: wanted.target }];
  }
  const changes: Change[] = [];
  if (content === undefined || !isSameBytes(content, wanted.content)) {
    changes.push(contentChange({ path, before: content, after: wanted.content, isSecret: wanted.isSecret === true }));
  }
  if (stat?.type === "file" && wanted.mode !== undefined && stat.mode !== wanted.mode) {
    changes.push({ property: "mode", before: stat.mode.toString(8), after: wanted.mode.toString(8) });
  }
  return changes;
}

function touchedPaths<ResultData>({ plan, found, marker }: FilesObserved<ResultData>): readonly string[] {
  const paths = found.flatMap(({ wanted, state }) =>
    wanted.kind === "absent" ? [wanted.path] : [...state.missingFolders, wanted.path],
  );
  return [...new Set(paths), ...((plan.activation ?? []).length === 0 ? [] : [marker])];
}

async function apply<ResultData>(
  observed: FilesObserved<ResultData>,
  context: ProviderContext,
): ProviderResult<ResultData> {
  const { plan, marker } = observed;
  const activation = plan.activation ?? [];
  if (activation.length === 0) {
    const written = await writePaths(observed, context);
    return written.ok ? ok(plan.result) : written;
  }
  const before = await capturePaths(touchedPaths(observed), context);
  if (!before.ok) return before;
  const marked = await setMarker(marker, context);
  if (!marked.ok) return marked;
  const written = await writePaths(observed, context);
  const activated = written.ok ? await activate(activation, context) : written;
  if (!activated.ok) {
    await restorePaths(before.value, context);
    if (written.ok) await activate(plan.undoActivation ?? activation, context);
    return err({ ...activated.error, changed: false });
  }
  const removed = await context.host.remove(marker, { signal: context.signal });
  return removed.ok ? ok(plan.result) : failedWith(removed.error, { changed: true });
}

async function setMarker(marker: string, context: ProviderContext): ProviderResult<void> {
  const folder = await makeStateFolder(marker.slice(0, marker.lastIndexOf("/")), context);
  if (!folder.ok) return folder;
  const written = await context.host.writeFile(marker, new Uint8Array(0), { signal: context.signal, mode: 0o600 });
  return written.ok ? ok(undefined) : failedWith(written.error);
}

async function writePaths<ResultData>(
  { found }: FilesObserved<ResultData>,
  context: ProviderContext,
): ProviderResult<void> {
  for (const each of found) {
    if (pathChanges(each).length === 0) continue;
    const written = await writeOne(each, context);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

async function writeOne({ wanted, state }: FoundPath, context: ProviderContext): ProviderResult<void> {
  const { host, signal } = context;
  if (wanted.kind === "absent") {
    const removed = await host.remove(wanted.path, { signal });
    return removed.ok ? ok(undefined) : failedWith(removed.error, { changed: true });
  }
  const parents = await makeParents(state, context);
  if (!parents.ok) return parents;
  if (wanted.kind === "symlink") {
    const linked = await host.symlink(wanted.target, wanted.path, { signal });
    return linked.ok ? ok(undefined) : failedWith(linked.error, { changed: true });
  }
  const existing = state.stat?.type === "file" ? state.stat : undefined;
  const written = await host.writeFile(wanted.path, wanted.content, {
    signal,
    mode: wanted.mode ?? existing?.mode ?? FILE_MODE_DEFAULT,
    ...(existing === undefined ? {} : { owner: { user: existing.uid, group: existing.gid } }),
  });
  return written.ok ? ok(undefined) : failedWith(written.error, { changed: true });
}

async function activate(activation: readonly Activation[], context: ProviderContext): ProviderResult<void> {
  for (const { argv, action, isOptional = false } of activation) {
    const run: ToolRun = { argv, action, isChanging: true };
    const ran = await runTool(run, context);
    if (!ran.ok && !(isOptional && isMissingTool(ran.error))) return ran;
  }
  return ok(undefined);
}

const undoSchema = z.strictObject({
  version: z.literal(1),
  files: z.json(),
  activation: z.array(
    z.strictObject({ argv: z.array(z.string()).min(1), action: z.string(), isOptional: z.boolean() }),
  ),
});

function asJson({ argv, action, isOptional = false }: Activation): JsonValue {
  return { argv: [...argv], action, isOptional };
}

async function undo(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = undoSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  const restored = await restorePaths({ facts: facts.data.files, blobs: preImage.blobs }, context);
  return restored.ok ? await activate(facts.data.activation, context) : restored;
}

/** A text file that must be there. */
export function wantedText(path: string, text: string, options: { readonly mode?: number } = {}): WantedPath {
  return { kind: "file", path, content: encodeText(text), ...options };
}

/** Text of a file, `undefined` when it does not exist. */
export async function readText(path: string, { host, signal }: ProviderContext): ProviderResult<string | undefined> {
  const content = await host.readFile(path, { signal });
  if (content.ok) return ok(new TextDecoder().decode(content.value));
  const { code } = content.error;
  if (code === "DRV_HOST_FILE_NOT_FOUND" || code === "DRV_HOST_NOT_A_FOLDER") return ok(undefined);
  return failedWith(content.error);
}

/** Names in a folder, none when it does not exist. */
export async function listFolder(path: string, { host, signal }: ProviderContext): ProviderResult<readonly string[]> {
  const names = await host.list(path, { signal });
  if (names.ok) return names;
  const { code } = names.error;
  return code === "DRV_HOST_FOLDER_NOT_FOUND" || code === "DRV_HOST_FILE_NOT_FOUND" ? ok([]) : failedWith(names.error);
}

/** The first of these paths that exists. */
export async function firstExisting(
  paths: readonly string[],
  context: ProviderContext,
): ProviderResult<string | undefined> {
  const answers = await context.host.batch(
    paths.map((path) => ({ call: "stat" as const, path })),
    { signal: context.signal },
  );
  for (const [index, answer] of answers.entries()) {
    if (!answer.ok) {
      if (answer.error.code === "DRV_HOST_NOT_A_FOLDER") continue;
      return failedWith(answer.error);
    }
    if (answer.value.call === "stat" && answer.value.stat !== undefined) return ok(paths[index]);
  }
  return ok(undefined);
}
