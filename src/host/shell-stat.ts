import type { FileStat } from "../operation/host.ts";
import { hostError, HostFault, type HostAction } from "./host-error.ts";

const TYPES: ReadonlyMap<number, FileStat["type"]> = new Map([
  [0x8000, "file"],
  [0x4000, "directory"],
  [0xa000, "symlink"],
]);

/**
 * Reads what `drv_stat` printed: type and mode in hexadecimal, or the type so and the permission bits in octal, then
 * size, owner, time in seconds, and names. `ls` tells no time that could be read; it is 0 then.
 */
export function parseStat(text: string, action: HostAction): FileStat {
  const fields = text.trim().split(" ");
  const [modeText = "", bitsText = "", size, uid, gid, seconds, user = "", group = ""] = fields;
  const mode = Number.parseInt(modeText, 16);
  const numbers = [mode, size, uid, gid, seconds].map(Number);
  if (fields.length !== 8 || numbers.some((number) => !Number.isFinite(number))) {
    throw new HostFault(
      hostError("DRV_HOST_IO", action, `the host described it as ${JSON.stringify(text.slice(0, 100))}`, {
        hint: "Check the stat and ls utilities of the host",
      }),
    );
  }
  return {
    type: TYPES.get(mode & 0xf000) ?? "other",
    sizeBytes: Number(size),
    mode: bitsText === "-" ? mode & 0o7777 : Number.parseInt(bitsText, 8),
    uid: Number(uid),
    gid: Number(gid),
    user: user === "UNKNOWN" ? String(uid) : user,
    group: group === "UNKNOWN" ? String(gid) : group,
    modifiedAtMs: Number(seconds) * 1_000,
  };
}
