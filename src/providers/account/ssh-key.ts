import type { z } from "zod";
import { ok } from "../../base/result.ts";
import { sshKeyEnsure, sshKeyList, sshKeyRemove } from "../../operation/catalog/ssh-key.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { readProvider } from "../adapt-params.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { encodeText } from "../file/content-change.ts";
import { capturePaths, restorePaths } from "../file/snapshot.ts";
import { readText } from "../managed-files.ts";
import { readAccounts, requireUser, type UserEntry } from "./account-files.ts";
import { parseAuthorizedKey } from "./authorized-key.ts";

type EnsureParams = z.output<typeof sshKeyEnsure.params>;
type RemoveParams = z.output<typeof sshKeyRemove.params>;
interface KeyResult {
  user: string;
  fingerprint: string;
}

interface KeyObserved {
  readonly user: UserEntry;
  readonly folder: string;
  readonly hasFolder: boolean;
  /** A folder that is new, or was left behind by an attempt that was cut short. */
  readonly mustOwnFolder: boolean;
  readonly path: string;
  /** Content of the file, `undefined` when there is none. */
  readonly before: string | undefined;
  readonly after: string;
  readonly fingerprint: string;
}

interface WantedKey {
  readonly user: string;
  readonly fingerprint: string;
  /** The line that must be there; none: no line with this key. */
  readonly line?: string;
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

async function inspectKey(wanted: WantedKey, context: ProviderContext): ProviderResult<KeyObserved> {
  const found = await keyFile(wanted.user, context);
  if (!found.ok) return found;
  const { before } = found.value;
  return ok({ ...found.value, after: editKeys(before ?? "", wanted), fingerprint: wanted.fingerprint });
}

async function keyFile(name: string, context: ProviderContext) {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const user = requireUser(name, accounts.value, `read the keys of user ${quoted(name)}`);
  if (!user.ok) return user;
  const folder = `${user.value.home.replace(/\/$/, "")}/.ssh`;
  const stat = await context.host.stat(folder, { signal: context.signal });
  if (!stat.ok) return failedWith(stat.error);
  // A link made by the user would let the user have any file of the host changed.
  if (stat.value !== undefined && stat.value.type !== "directory") return notPlain(folder, "a folder");
  const path = `${folder}/authorized_keys`;
  const file = await context.host.stat(path, { signal: context.signal });
  if (!file.ok) return failedWith(file.error);
  if (file.value !== undefined && file.value.type !== "file") return notPlain(path, "a file");
  const before = await readText(path, context);
  if (!before.ok) return before;
  const mustOwnFolder = before.value === undefined && stat.value?.uid !== user.value.uid;
  return ok({
    user: user.value,
    folder,
    hasFolder: stat.value !== undefined,
    mustOwnFolder,
    path,
    before: before.value,
  });
}

function notPlain(path: string, wanted: string) {
  return failed("DRV_FILE_TYPE_CONFLICT", `Cannot read keys in ${quoted(path)}: it is not ${wanted}`, {
    hint: "Remove what stands there",
  });
}

/** The file with the wanted line in the place of the first line with this key, and without the others. */
export function editKeys(text: string, { line, fingerprint }: WantedKey): string {
  let isPlaced = line === undefined;
  const kept = text.split("\n").flatMap((each) => {
    if (parseAuthorizedKey(each)?.fingerprint !== fingerprint) return [each];
    if (isPlaced || line === undefined) return [];
    isPlaced = true;
    return [line];
  });
  const edited = kept.join("\n");
  if (isPlaced || line === undefined) return edited;
  return edited === "" || edited.endsWith("\n") ? `${edited}${line}\n` : `${edited}\n${line}\n`;
}

function diff({ before, after, fingerprint }: KeyObserved): readonly Change[] {
  if ((before ?? "") === after) return [];
  const holds = (text: string): boolean =>
    text.split("\n").some((line) => parseAuthorizedKey(line)?.fingerprint === fingerprint);
  const word = (text: string): string => (holds(text) ? "present" : "absent");
  return [{ property: fingerprint, before: word(before ?? ""), after: word(after) }];
}

async function write(observed: KeyObserved, context: ProviderContext): ProviderResult<KeyResult> {
  const { host, signal } = context;
  const { user, folder, hasFolder, mustOwnFolder, path, before, after, fingerprint } = observed;
  const owner = { user: user.uid, group: user.gid };
  if (!hasFolder) {
    const made = await host.mkdir(folder, { signal, mode: FOLDER_MODE });
    if (!made.ok) return failedWith(made.error);
  }
  if (mustOwnFolder) {
    const owned = await host.chown(folder, owner, { signal });
    if (!owned.ok) return failedWith(owned.error, { changed: true });
  }
  const isNew = before === undefined ? { mode: FILE_MODE } : {};
  const written = await host.writeFile(path, encodeText(after), { signal, owner, ...isNew });
  return written.ok ? ok({ user: user.name, fingerprint }) : failedWith(written.error, { changed: !hasFolder });
}

function wantedByLine({ user, key, state }: EnsureParams): WantedKey {
  const fingerprint = parseAuthorizedKey(key)?.fingerprint ?? "";
  return { user, fingerprint, ...(state === "present" ? { line: key.trim() } : {}) };
}

const common = {
  kind: "write",
  diff,
  unchangedResult: ({ user, fingerprint }: KeyObserved): KeyResult => ({ user: user.name, fingerprint }),
  capture: (_params: unknown, { folder, path }: KeyObserved, context: ProviderContext) =>
    capturePaths([folder, path], context),
  apply: (_params: unknown, observed: KeyObserved, context: ProviderContext) => write(observed, context),
  undo: restorePaths,
} as const;

/** Lets a key log in as a user, or not. */
export const sshKeyEnsureProvider: WriteProvider<EnsureParams, KeyResult, KeyObserved> = {
  ...common,
  spec: sshKeyEnsure,
  inspect: (params, context) => inspectKey(wantedByLine(params), context),
};

/** Takes a key away by its fingerprint. */
export const sshKeyRemoveProvider: WriteProvider<RemoveParams, KeyResult, KeyObserved> = {
  ...common,
  spec: sshKeyRemove,
  inspect: (params, context) => inspectKey(params, context),
};

export const sshKeyListProvider = readProvider(sshKeyList, async ({ user }, context) => {
  const found = await keyFile(user, context);
  if (!found.ok) return found;
  const keys = (found.value.before ?? "").split("\n").map(parseAuthorizedKey);
  return ok({ keys: keys.filter((key) => key !== undefined).map((key) => ({ ...key })) });
});
