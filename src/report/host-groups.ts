import { must, unreachable } from "../base/assert.ts";
import type { HostResult } from "../operation/outcome.ts";

/** How often each thing happened on one host. */
export interface HostTally {
  changed: number;
  unchanged: number;
  skipped: number;
  failed: number;
  unreachable: number;
  cancelled: number;
  unknown: number;
}

/** Hosts with the same tally. */
export interface HostGroup {
  readonly hosts: readonly string[];
  readonly tally: Readonly<HostTally>;
}

/** Counts what a task did on one host. */
export function tallyHost(tallies: Map<string, HostTally>, result: HostResult): void {
  let tally = tallies.get(result.hostname);
  if (tally === undefined) {
    tally = { changed: 0, unchanged: 0, skipped: 0, failed: 0, unreachable: 0, cancelled: 0, unknown: 0 };
    tallies.set(result.hostname, tally);
  }
  switch (result.status) {
    case "failed":
      tally[result.failure === "unreachable" ? "unreachable" : "failed"] += 1;
      return;
    case "changed":
    case "unchanged":
    case "skipped":
    case "cancelled":
    case "unknown":
      tally[result.status] += 1;
      return;
    case "pending":
    case "running":
      // It has not done anything yet that could be counted.
      return;
    default:
      unreachable(result.status);
  }
}

/** Hosts collapsed by identical tally: those with problems first, then the largest group. */
export function hostGroups(tallies: ReadonlyMap<string, HostTally>): readonly HostGroup[] {
  const groups = Map.groupBy(tallies, ([, tally]) => Object.values(tally).join());
  return [...groups.values()].map(hostGroup).sort(compareGroups);
}

function hostGroup(members: readonly (readonly [string, HostTally])[]): HostGroup {
  const [, tally] = must(members[0], "A group has at least one member");
  return { hosts: members.map(([hostname]) => hostname).sort(compareHostnames), tally };
}

function compareGroups(one: HostGroup, other: HostGroup): number {
  return problems(other.tally) - problems(one.tally) || other.hosts.length - one.hosts.length;
}

function problems(tally: HostTally): number {
  return tally.failed + tally.unreachable + tally.unknown + tally.cancelled;
}

/** Made on first use: it loads the rules of a language. */
let hostnameOrder: Intl.Collator | undefined;

/** `web2` before `web10`. */
export function compareHostnames(one: string, other: string): number {
  hostnameOrder ??= new Intl.Collator("en", { numeric: true });
  return hostnameOrder.compare(one, other);
}
