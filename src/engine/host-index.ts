import type { RunState } from "./run-state.ts";

/** The index of a host in this run; a host seen for the first time gets the next one. */
export function hostIndexOf(state: RunState, host: string): number {
  const known = state.hostIndex.get(host);
  if (known !== undefined) return known;
  const index = state.hosts.length;
  state.hosts.push(host);
  state.hostIndex.set(host, index);
  return index;
}
