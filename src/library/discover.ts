import { DroverError, type CodedError } from "../base/coded-error.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { factText } from "../operation/fact-value.ts";
import type { Facts } from "../operation/facts.ts";
import { matchAll, type FactsPredicate } from "../operation/predicates.ts";

/** A host found by {@link discover}, with the facts that were looked at. */
export interface DiscoveredHost {
  readonly name: string;
  readonly facts: Facts;
}

/** Hosts asked for facts at the same time: enough to hide latency, few enough for one machine's file descriptors. */
const HOSTS_AT_ONCE_MAX = 32;

export interface DiscoverOptions {
  readonly signal?: AbortSignal;
}

/**
 * Hosts of a fleet whose facts satisfy every predicate, sorted by name; all hosts without predicates, an empty list when
 * none match. Meant for plan-building time: loop over the result to make tasks.
 * @throws DroverError with what every host that could not be asked answered
 * @example
 * const webHosts = await discover(fleet, [hasLabel("role", "web"), minCpu(2)]);
 */
export async function discover(
  fleet: Fleet,
  predicates: readonly FactsPredicate[] = [],
  options: DiscoverOptions = {},
): Promise<readonly DiscoveredHost[]> {
  const accepts = matchAll(...predicates);
  const names = fleet.hosts().map((host) => host.name);
  const found: DiscoveredHost[] = [];
  const errors: CodedError[] = [];
  for (let start = 0; start < names.length; start += HOSTS_AT_ONCE_MAX) {
    options.signal?.throwIfAborted();
    const chunk = names.slice(start, start + HOSTS_AT_ONCE_MAX);
    const answers = await Promise.all(chunk.map(async (name) => ({ name, facts: await fleet.facts(name, options) })));
    for (const { name, facts } of answers) {
      if (!facts.ok) errors.push(facts.error);
      else if (accepts(facts.value)) found.push({ name, facts: facts.value });
    }
  }
  if (errors.length > 0) throw new DroverError(errors);
  return found;
}

/**
 * Hosts that satisfy the predicates, grouped by the text of one fact such as `os.distribution`, `architecture` or a
 * custom fact. Hosts without that fact, or where it is empty or no text, are left out. Groups and hosts are sorted.
 * @throws DroverError like {@link discover}
 */
export async function groupByFact(
  fleet: Fleet,
  key: string,
  options: DiscoverOptions & { readonly predicates?: readonly FactsPredicate[] } = {},
): Promise<ReadonlyMap<string, readonly DiscoveredHost[]>> {
  const hosts = await discover(fleet, options.predicates ?? [], options);
  const groups = new Map<string, DiscoveredHost[]>();
  for (const host of hosts) {
    const value = factText(host.facts, key);
    if (value === undefined) continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [host]);
    else group.push(host);
  }
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}
