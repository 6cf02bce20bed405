import type { TaskStatus } from "../engine/run-view.ts";
import type { OutcomeStatus } from "../operation/outcome.ts";
import type { BuiltinGuardKind } from "../plan/compiled-plan.ts";

/** A task of a workload whose every outcome is known beforehand. */
export interface OracleTask {
  readonly name: string;
  readonly after: readonly { readonly task: string; readonly kind: "success" | "failure" | "always" }[];
  readonly guard?: BuiltinGuardKind;
  /** Outcome by host; a task without hosts has one entry, for "". */
  readonly outcomes: ReadonlyMap<string, OutcomeStatus>;
  readonly maxFail: number;
}

/** How a task ends, as far as others depend on it. */
export interface OracleEnd {
  readonly status: TaskStatus;
  readonly cause?: "guard" | "notTriggered" | "dependencyFailed" | "unsupported";
  readonly isChanged: boolean;
  readonly hosts: readonly OutcomeStatus[];
}

/**
 * How every task of a workload ends if nothing stops the run, found by plain recursion over the definitions: no
 * scheduling, no events, no state. What the engine makes of the same workload must agree, whatever the order of events.
 */
export function foretell(tasks: readonly OracleTask[]): ReadonlyMap<string, OracleEnd> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const ends = new Map<string, OracleEnd>();
  const endOf = (name: string): OracleEnd => {
    const known = ends.get(name);
    if (known !== undefined) return known;
    const task = byName.get(name);
    if (task === undefined) throw new Error(`There is no task "${name}"`);
    const end = judge(
      task,
      task.after.map(({ task: before }) => endOf(before)),
    );
    ends.set(name, end);
    return end;
  };
  for (const { name } of tasks) endOf(name);
  return ends;
}

function judge(task: OracleTask, dependencies: readonly OracleEnd[]): OracleEnd {
  const says = dependencies.map((end, index) => edgeSays(end, task.after[index]?.kind ?? "success"));
  if (says.includes("dependencyFailed")) return skipped("dependencyFailed");
  if (says.includes("notTriggered")) return skipped("notTriggered");
  if (task.guard !== undefined && !isTrue(task.guard, dependencies)) return skipped("guard");
  return ended(task);
}

function skipped(cause: NonNullable<OracleEnd["cause"]>): OracleEnd {
  return { status: "skipped", cause, isChanged: false, hosts: [] };
}

function edgeSays(end: OracleEnd, kind: "success" | "failure" | "always"): "yes" | "notTriggered" | "dependencyFailed" {
  if (kind === "always") return "yes";
  if (kind === "failure") return end.status === "failed" ? "yes" : "notTriggered";
  if (end.status === "failed" || end.cause === "dependencyFailed") return "dependencyFailed";
  return end.cause === "notTriggered" ? "notTriggered" : "yes";
}

function isTrue(guard: BuiltinGuardKind, dependencies: readonly OracleEnd[]): boolean {
  const hosts = dependencies.flatMap((end) => end.hosts);
  const allHave = (status: OutcomeStatus): boolean =>
    dependencies.length > 0 &&
    dependencies.every((end) => end.hosts.length > 0 && end.hosts.every((host) => host === status));
  switch (guard) {
    case "onlyIfChanged":
      return dependencies.some((end) => end.isChanged);
    case "onlyIfAllChanged":
      return dependencies.length > 0 && dependencies.every((end) => end.isChanged);
    case "onlyIfFailed":
      return dependencies.some((end) => end.status === "failed");
    case "onlyIfAnyHostFailed":
      return hosts.includes("failed");
    case "onlyIfAllHostsFailed":
      return allHave("failed");
    case "onlyIfAnyHostSkipped":
      return hosts.includes("skipped");
    case "onlyIfAnyHostChanged":
      return hosts.includes("changed");
    case "onlyIfAllHostsChanged":
      return allHave("changed");
  }
}

function ended({ outcomes, maxFail }: OracleTask): OracleEnd {
  const all = [...outcomes.values()];
  const hosts = outcomes.has("") ? [] : all;
  const isChanged = all.includes("changed");
  if (all.filter((status) => status === "failed").length > maxFail) return { status: "failed", isChanged, hosts };
  if (isChanged) return { status: "changed", isChanged, hosts };
  if (all.every((status) => status === "skipped")) {
    return { status: "skipped", cause: "unsupported", isChanged, hosts };
  }
  return { status: "unchanged", isChanged, hosts };
}
