import { parseAccounts, unknownAccount, checkedId } from "../host/accounts.ts";
import type { HostAction } from "../host/host-error.ts";
import type { Ownership } from "../operation/host.ts";

const TABLE = parseAccounts("root:x:0\nwww-data:x:33\nnobody:x:65534\n");

/** The users and groups of a fake host, alike for both. */
export class FakeAccounts {
  userName(id: number): string {
    return TABLE.nameById.get(id) ?? String(id);
  }

  groupName(id: number): string {
    return TABLE.nameById.get(id) ?? String(id);
  }

  resolve(owner: Ownership, action: HostAction): { readonly uid?: number; readonly gid?: number } {
    const uid = idOf("user", owner.user, action);
    const gid = idOf("group", owner.group, action);
    return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
  }
}

function idOf(kind: "user" | "group", name: string | number | undefined, action: HostAction): number | undefined {
  if (name === undefined || typeof name === "number") return name === undefined ? name : checkedId(name, action);
  const id = TABLE.idByName.get(name);
  if (id === undefined) throw unknownAccount(kind, name, action);
  return id;
}
