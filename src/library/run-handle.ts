import { DroverError } from "../base/coded-error.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import type { Actor, Command, UnknownDecision } from "../engine/commands.ts";
import type { RunView } from "../engine/run-view.ts";
import { Report, type TaskReference } from "../report/report.ts";
import type { RunDriver } from "../runner/run-driver.ts";

/** A running (or finished) run: look at it, talk to it, wait for it. */
export class RunHandle {
  readonly runId: RunId;
  /** Live window on the run. */
  readonly view: RunView;
  /** Resolves with the report when the run has ended, however it ended. Rejects only on a bug or a broken log. */
  readonly report: Promise<Report>;
  readonly #driver: RunDriver;
  readonly #hookErrors: readonly unknown[];

  constructor(driver: RunDriver, hookErrors: readonly unknown[], close: () => Promise<void>) {
    this.#driver = driver;
    this.#hookErrors = hookErrors;
    this.runId = driver.runId;
    this.view = driver.view;
    this.report = reportOf(driver, close);
    // A handle whose report nobody awaits must not end the process; whoever awaits it still sees the rejection.
    this.report.catch(() => {});
  }

  /** What hooks and observers threw, oldest first. */
  get hookErrors(): readonly unknown[] {
    return [...this.#hookErrors, ...this.#driver.observerErrors];
  }

  /** Ends the run gracefully: running attempts are asked to stop, cleanup tasks still run. */
  cancel(by: Actor = {}): void {
    this.#submit({ type: "cancel", ...by });
  }

  /** Stops the run and undoes what it did; needs a rollback mode other than `off`. */
  undo(by: Actor = {}): void {
    this.#submit({ type: "undo", ...by });
  }

  /** Opens the gates that wait for this signal. The same `id` counts once; default: the name. */
  signal(name: string, options: { readonly payload?: JsonValue; readonly id?: string } = {}): void {
    const { payload, id = name } = options;
    this.#submit({ type: "signal", name, id, ...(payload === undefined ? {} : { payload }) });
  }

  /** One voice for an approval gate that waits. */
  approve(task: TaskReference, by: { readonly actor: string; readonly reason?: string }): void {
    this.#submit({ type: "approve", task: this.#indexOf(task), ...by });
  }

  /** Refuses an approval gate that waits. */
  reject(task: TaskReference, by: { readonly actor: string; readonly reason?: string }): void {
    this.#submit({ type: "reject", task: this.#indexOf(task), ...by });
  }

  /** Says what became of a task on a host (its first without one) whose outcome nobody knows. */
  resolveUnknown(task: TaskReference, decision: UnknownDecision, by: Actor & { readonly host?: string } = {}): void {
    const index = this.#indexOf(task);
    const { host, ...actor } = by;
    const unit =
      host === undefined ? 0 : this.view.task(index).hostResults.findIndex((result) => result.hostname === host);
    this.#submit({ type: "resolveUnknown", task: index, unit: Math.max(0, unit), decision, ...actor });
  }

  #indexOf(task: TaskReference): number {
    const name = typeof task === "string" ? task : task.name;
    const index = this.view.indexOf(name);
    if (index === undefined) {
      throw new DroverError([
        {
          code: "DRV_RUN_TASK_UNKNOWN",
          message: `Cannot find task ${JSON.stringify(name.slice(0, 200))}: the run has none of that name`,
        },
      ]);
    }
    return index;
  }

  /** @throws DroverError with the `DRV_RUN_*` rejection */
  #submit(command: Command): void {
    const rejection = this.#driver.submit(command);
    if (rejection !== undefined) throw new DroverError([rejection]);
  }
}

/** The report, once everything the run opened is closed again. */
async function reportOf(driver: RunDriver, close: () => Promise<void>): Promise<Report> {
  try {
    return new Report(await driver.finished);
  } finally {
    await close();
  }
}
