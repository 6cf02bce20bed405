import type { RunView, TaskView } from "../../src/engine/run-view.ts";
import { HOSTS, type Remains, type Scene } from "./scene.ts";

/** What must hold of a run after its process was killed. */
export interface Claims {
  /** Reasons given to verbs that answered that they were followed. */
  readonly acknowledged: ReadonlySet<string>;
  /** Lines whose commands were killed themselves. */
  readonly struck: ReadonlySet<string>;
}

/** An outcome that nobody knows. */
export interface UnknownUnit {
  readonly task: string;
  readonly host: string;
  /** Whether the ledger says that it was done. */
  readonly isDone: boolean;
}

/** Tasks that write no line. */
const GATES: ReadonlySet<string> = new Set(["go", "window", "timer"]);

/** Everything that is not as it must be. The ledger is read after the log: what the log calls done is in it by then. */
export function violationsOf(scene: Scene, remains: Remains, { acknowledged, struck }: Claims): readonly string[] {
  const found = scene.logFindings().map((finding) => `the log is not intact: ${finding}`);
  for (const reason of acknowledged) {
    if (!remains.text.includes(reason)) found.push(`${reason} was acknowledged and is not in the log`);
  }
  const ledgers = new Map(HOSTS.map((host) => [host, scene.ledger(host)]));
  for (const [host, lines] of ledgers) {
    for (const [line, count] of lines) if (count > 1) found.push(`${line} was written ${count} times on ${host}`);
  }
  const { run } = remains;
  if (run === undefined) return found;
  for (const { task, host, status } of unitsOf(run)) {
    const isDone = ledgers.get(host)?.has(`line:${task}`) === true;
    if (status === "changed" && !isDone) found.push(`${task} on ${host} is called done and has no line`);
    if (status === "unknown" && !struck.has(`line:${task}`)) {
      found.push(`${task} on ${host} is unknown, and its command was not killed`);
    }
    if (status === "failed") found.push(`${task} on ${host} failed`);
  }
  return found;
}

/** Units that somebody has to settle, with what the ledger says about them. */
export function unknownUnits(scene: Scene, run: RunView): readonly UnknownUnit[] {
  return unitsOf(run)
    .filter(({ status }) => status === "unknown")
    .map(({ task, host }) => ({ task, host, isDone: scene.ledger(host).has(`line:${task}`) }));
}

/** Lines a run must have written when it has succeeded. */
export function missingLines(scene: Scene, run: RunView): readonly string[] {
  return unitsOf(run)
    .filter(({ task, host }) => scene.ledger(host).get(`line:${task}`) !== 1)
    .map(({ task, host }) => `the run succeeded without the line of ${task} on ${host}`);
}

/** How often the lines of a run are there. */
export interface LineCounts {
  readonly expected: number;
  readonly found: number;
  /** Written more than once. */
  readonly duplicated: number;
}

export function lineCounts(scene: Scene, run: RunView): LineCounts {
  const counts = unitsOf(run).map(({ task, host }) => scene.ledger(host).get(`line:${task}`) ?? 0);
  return {
    expected: counts.length,
    found: counts.filter((count) => count > 0).length,
    duplicated: counts.filter((count) => count > 1).length,
  };
}

interface Unit {
  readonly task: string;
  readonly host: (typeof HOSTS)[number];
  readonly status: string;
}

function unitsOf(run: RunView): readonly Unit[] {
  const tasks = Array.from({ length: run.taskCount }, (_, index) => run.task(index));
  return tasks.filter(({ name }) => !GATES.has(name)).flatMap(unitsOfTask);
}

/** A task that has not ended on any host counts for its own host. */
function unitsOfTask({ name, status, hostResults }: TaskView): readonly Unit[] {
  if (hostResults.length === 0) return [{ task: name, host: "one", status: status === "unknown" ? "unknown" : "open" }];
  return hostResults.flatMap((result) => {
    const host = HOSTS.find((each) => each === result.hostname);
    return host === undefined ? [] : [{ task: name, host, status: result.status }];
  });
}
