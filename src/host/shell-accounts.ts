import type { Ownership } from "../operation/host.ts";
import { checkedId, parseAccounts, unknownAccount } from "./accounts.ts";
import { HostFault, type HostAction } from "./host-error.ts";
import { callShell } from "./shell-call.ts";
import type { ShellPool } from "./shell-pool.ts";
import { shellWord } from "./shell-quote.ts";

/** Numbers of an owner on a host behind a shell; what is not given is `undefined`. Asks the host about names only. */
export async function resolveShellOwner(
  pool: ShellPool,
  owner: Ownership,
  options: { readonly action: HostAction; readonly signal: AbortSignal | undefined },
): Promise<{ readonly uid?: number; readonly gid?: number }> {
  const uid = await idOf(pool, { kind: "user", name: owner.user }, options);
  const gid = await idOf(pool, { kind: "group", name: owner.group }, options);
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

async function idOf(
  pool: ShellPool,
  account: { readonly kind: "user" | "group"; readonly name: string | number | undefined },
  options: { readonly action: HostAction; readonly signal: AbortSignal | undefined },
): Promise<number | undefined> {
  const { kind, name } = account;
  if (name === undefined) return undefined;
  if (typeof name === "number") return checkedId(name, options.action);
  if (name.includes("\0")) throw unknownAccount(kind, name, options.action);
  const [table, file] = kind === "user" ? ["passwd", "/etc/passwd"] : ["group", "/etc/group"];
  // getent also knows accounts of directory services; a name with a dash in front would be an option to it.
  const asked = name.startsWith("-") ? "" : name;
  const text = `drv_accounts ${table} ${file} ${shellWord(asked)}`;
  const answer = await callShell(pool, { action: options.action, text }, options.signal);
  if (!answer.ok) throw new HostFault(answer.error);
  const id = parseAccounts(answer.value.stdout.toString("utf8")).idByName.get(name);
  if (id === undefined) throw unknownAccount(kind, name, options.action);
  return id;
}
