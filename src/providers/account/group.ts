import { z } from "zod";
import { ok } from "../../base/result.ts";
import {
  groupDelete,
  groupEnsure,
  groupGet,
  groupList,
  type GroupEnsureParams,
} from "../../operation/catalog/group.ts";
import type { Change } from "../../operation/outcome.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { runTool } from "../tool.ts";
import { readAccounts, requireUser, type Accounts, type GroupEntry } from "./account-files.ts";
import { accountLinesSchema, captureAccountLines, restoreAccountLines } from "./account-lines.ts";

type GroupResult = ResultDataOf<typeof groupEnsure>;

interface GroupObserved {
  readonly accounts: Accounts;
  readonly group: GroupEntry | undefined;
}

const undoSchema = z.strictObject({ version: z.literal(1), group: z.string(), lines: accountLinesSchema });

function actionFor(params: GroupEnsureParams): string {
  return `${params.state === "absent" ? "remove" : "set up"} group ${quoted(params.name)}`;
}

async function inspect(params: GroupEnsureParams, context: ProviderContext): ProviderResult<GroupObserved> {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const group = accounts.value.groups.find((each) => each.name === params.name);
  const primaryOf = accounts.value.users.find((user) => user.gid === group?.gid);
  if (params.state === "absent" && group !== undefined && primaryOf !== undefined) {
    return failed(
      "DRV_ACCOUNT_IN_USE",
      `Cannot ${actionFor(params)}: it is the group of user ${quoted(primaryOf.name)}`,
      {
        hint: "Remove the user first, or give the user another group",
      },
    );
  }
  for (const member of params.state === "absent" ? [] : (params.members ?? [])) {
    const user = requireUser(member, accounts.value, actionFor(params));
    if (!user.ok) return user;
  }
  return ok({ accounts: accounts.value, group });
}

function diff({ group }: GroupObserved, params: GroupEnsureParams): readonly Change[] {
  if (params.state === "absent") {
    return group === undefined ? [] : [{ property: "existence", before: "present", after: "absent" }];
  }
  const changes: Change[] = [];
  if (group === undefined) changes.push({ property: "existence", before: "absent", after: "present" });
  if (params.gid !== undefined && params.gid !== group?.gid) {
    changes.push({ property: "gid", before: group?.gid ?? null, after: params.gid });
  }
  const { members } = params;
  if (members !== undefined && !isSameSet(members, group?.members ?? [])) {
    changes.push({ property: "members", before: [...(group?.members ?? [])], after: [...members] });
  }
  return changes;
}

export function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return [...new Set(left)].sort().join(",") === [...new Set(right)].sort().join(",");
}

function result(group: GroupEntry | undefined, params: GroupEnsureParams): GroupResult {
  const isPresent = params.state === "present" && group !== undefined;
  return { name: params.name, ...(isPresent ? { gid: group.gid } : {}) };
}

async function apply(
  params: GroupEnsureParams,
  observed: GroupObserved,
  context: ProviderContext,
): ProviderResult<GroupResult> {
  const action = actionFor(params);
  for (const argv of commandsFor(params, observed)) {
    const ran = await runTool({ argv, action, isChanging: true }, context);
    if (!ran.ok) return ran;
  }
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  return ok(
    result(
      accounts.value.groups.find((each) => each.name === params.name),
      params,
    ),
  );
}

function commandsFor(params: GroupEnsureParams, { group }: GroupObserved): readonly (readonly string[])[] {
  const { name, gid, members, isSystem } = params;
  if (params.state === "absent") return [["groupdel", "--", name]];
  const commands: string[][] = [];
  const number = gid === undefined ? [] : ["--gid", String(gid)];
  if (group === undefined) commands.push(["groupadd", ...number, ...(isSystem ? ["--system"] : []), "--", name]);
  else if (gid !== undefined && gid !== group.gid) commands.push(["groupmod", ...number, "--", name]);
  if (members !== undefined && !isSameSet(members, group?.members ?? [])) {
    commands.push(["gpasswd", "--members", members.join(","), name]);
  }
  return commands;
}

async function capture(params: GroupEnsureParams, _observed: GroupObserved, context: ProviderContext) {
  const lines = await captureAccountLines(context);
  return lines.ok ? ok({ facts: { version: 1, group: params.name, lines: lines.value }, blobs: [] }) : lines;
}

async function undo(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = undoSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  return await restoreAccountLines(facts.data.lines, { group: facts.data.group }, context);
}

/** Makes a group exist as wanted, or not. */
export const groupEnsureProvider: WriteProvider<GroupEnsureParams, GroupResult, GroupObserved> = {
  kind: "write",
  spec: groupEnsure,
  inspect,
  diff,
  unchangedResult: (observed, params) => result(observed.group, params),
  capture,
  apply,
  undo,
};

export const groupDeleteProvider = adaptParams(groupDelete, groupEnsureProvider, ({ name }) => ({
  name,
  state: "absent",
  isSystem: false,
}));

export const groupListProvider = readProvider(groupList, async (_params, context) => {
  const accounts = await readAccounts(context);
  return accounts.ok ? ok({ groups: accounts.value.groups.map(asResult) }) : accounts;
});

export const groupGetProvider = readProvider(groupGet, async ({ name }, context) => {
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const group = accounts.value.groups.find((each) => each.name === name);
  if (group !== undefined) return ok({ group: asResult(group) });
  return failed("DRV_ACCOUNT_UNKNOWN", `Cannot read group ${quoted(name)}: there is no such group`);
});

function asResult({ name, gid, members }: GroupEntry) {
  return { name, gid, members: [...members] };
}
