import { ok } from "../../base/result.ts";
import type { FileStat, Ownership } from "../../operation/host.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failedWith } from "../failure.ts";

/** Mode and owner as parameters give them; what is absent stays as it is. */
export interface WantedOwnership {
  /** Four octal digits. */
  readonly mode?: string | undefined;
  readonly owner?: string | number | undefined;
  readonly group?: string | number | undefined;
}

/** Bits that a change of owner clears. */
const SET_ID_BITS = 0o6000;

export function modeBits(mode: string): number {
  return Number.parseInt(mode, 8);
}

export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** What differs in mode, owner and group. */
export function ownershipChanges(stat: FileStat, wanted: WantedOwnership): readonly Change[] {
  const changes: Change[] = [];
  if (wanted.mode !== undefined && modeBits(wanted.mode) !== stat.mode) {
    changes.push({ property: "mode", before: modeText(stat.mode), after: wanted.mode });
  }
  if (wanted.owner !== undefined && !isAccount(wanted.owner, stat.user, stat.uid)) {
    changes.push({ property: "owner", before: stat.user, after: wanted.owner });
  }
  if (wanted.group !== undefined && !isAccount(wanted.group, stat.group, stat.gid)) {
    changes.push({ property: "group", before: stat.group, after: wanted.group });
  }
  return changes;
}

/** Sets what differs, and nothing else. */
export async function applyOwnership(
  path: string,
  stat: FileStat,
  options: { readonly wanted: WantedOwnership; readonly context: ProviderContext },
): ProviderResult<void> {
  const { wanted, context } = options;
  const differing = new Set(ownershipChanges(stat, wanted).map((change) => change.property));
  const changesOwner = differing.has("owner") || differing.has("group");
  if (changesOwner) {
    const set = await context.host.chown(path, ownershipOf(wanted), { signal: context.signal });
    if (!set.ok) return failedWith(set.error);
  }
  const mode = wanted.mode === undefined ? stat.mode : modeBits(wanted.mode);
  if (differing.has("mode") || (changesOwner && (mode & SET_ID_BITS) !== 0)) {
    const set = await context.host.chmod(path, mode, { signal: context.signal });
    if (!set.ok) return failedWith(set.error, { changed: changesOwner });
  }
  return ok(undefined);
}

/** Owner and group for the host: those wanted, else those of the file that is replaced. */
export function ownershipOf(wanted: WantedOwnership, existing?: FileStat): Ownership {
  const user = wanted.owner ?? existing?.uid;
  const group = wanted.group ?? existing?.gid;
  return { ...(user === undefined ? {} : { user }), ...(group === undefined ? {} : { group }) };
}

function isAccount(wanted: string | number, name: string, id: number): boolean {
  return wanted === name || String(wanted) === String(id);
}
