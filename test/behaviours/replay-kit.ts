import type { TestContext } from "node:test";
import { KeptLog } from "../../src/view/sqlite/test-kit/kept-log.ts";
import { rebuildView } from "../../src/view/sqlite/rebuild-view.ts";
import { openView, type ViewReader } from "../../src/view/sqlite/view-reader.ts";
import type { ReplayReport } from "../../src/view/replay-progress.ts";

/** The run of most behaviours. */
export const RUN = "run_1";

/** A run whose log a test writes event by event, and the read model that is made from it. */
export class ReplayedRun {
  readonly log: KeptLog;
  readonly #context: TestContext;
  #at = 1_000;

  constructor(context: TestContext) {
    this.#context = context;
    this.log = new KeptLog(context);
  }

  /** Time of the newest event. */
  get at(): number {
    return this.#at;
  }

  /** Appends one row of events of a run, each a millisecond after the one before. */
  events(events: readonly object[], id = RUN): this {
    const stamped = events.map((event) => ({ v: 1, at: (this.#at += 1), ...event }));
    this.log.append(`run/${id}`, stamped);
    return this;
  }

  /** A run of tasks with these names, created and started; names with `@target` run on the hosts of it. */
  created(names: readonly string[], id = RUN): this {
    const tasks = names.map((name) => {
      const [task = "", target] = name.split("@");
      return {
        name: task,
        kind: target === undefined ? "function" : "operation",
        ...(target !== undefined && { target }),
      };
    });
    const planBody = this.log.blob(JSON.stringify({ name: "site", tasks }));
    return this.events(
      [
        {
          type: "run.created",
          runId: id,
          plan: "site",
          planBody,
          params: {},
          actor: "ada",
          reason: "release",
          maxParallel: 4,
          isDryRun: false,
          rollback: "off",
          onUnknownHeld: "finish",
        },
        { type: "hosts.resolved", targets: [{ target: "_all", hosts: ["h1", "h2", "h3"] }] },
      ],
      id,
    );
  }

  starts(task: number, attempt = 1): this {
    return this.events([{ type: "task.dispatched", task, attempt }]);
  }

  startsOn(task: number, units: readonly number[], attempt = 1): this {
    return this.events([{ type: "task.dispatched", task, attempt, units }]);
  }

  ends(task: number, outcome: object = { status: "changed" }, attempt = 1): this {
    return this.events([{ type: "task.completed", task, attempt, outcome }]);
  }

  endsOn(task: number, unit: number, outcome: object = { status: "changed" }, attempt = 1): this {
    return this.events([{ type: "unit.completed", task, unit, attempt, outcome }]);
  }

  finished(verdict = "succeeded"): this {
    return this.events([{ type: "run.completed", verdict }]);
  }

  /** What the read model says once everything is replayed. */
  get view(): ViewReader {
    this.log.project();
    const view = openView(this.log.data);
    this.#context.after(() => view[Symbol.dispose]());
    return view;
  }

  status(task: string | number): string | undefined {
    return this.view.task(RUN, task)?.status;
  }

  /** Statuses of all tasks by name. */
  get statuses(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.view.tasks(RUN).rows.map(({ name, status }) => [name, status]));
  }

  /** Replays the whole log; answers what was told on the way. */
  rebuilt(elapsedMs: () => number = () => 0): readonly ReplayReport[] {
    const reports: ReplayReport[] = [];
    const turns = rebuildView(this.log.data, { monotonicMs: elapsedMs, onProgress: (report) => reports.push(report) });
    while (turns.next().done !== true) continue;
    return reports;
  }
}

/** A run with `tasks` named t0, t1, … */
export function givenRun(context: TestContext, tasks: number | readonly string[] = 3): ReplayedRun {
  const names = typeof tasks === "number" ? Array.from({ length: tasks }, (_, index) => `t${index}`) : tasks;
  return new ReplayedRun(context).created(names);
}

/** A failure as an outcome. */
export const FAILED = {
  status: "failed",
  error: { code: "DRV_TASK_FUNCTION_FAILED", message: "Cannot do it: broke" },
  errorClass: "fatal",
} as const;
