import { must } from "../base/assert.ts";
import { codedError, DroverError, type CodedError } from "../base/coded-error.ts";
import { formatDuration } from "../base/duration.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { RunView, TaskStatus, TaskView, Verdict } from "../engine/run-view.ts";
import { taskReport, type TaskReport } from "./task-report.ts";
import { counted, formatCount } from "./wording.ts";

/** A task by name, or by anything that has its name, such as the task object of the plan. */
export type TaskReference = string | { readonly name: string };

/** What turns data into a typed value; every zod schema is one. */
export interface DataSchema<T> {
  safeParse(
    data: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Error };
}

/** Statuses in the order in which a summary lists them, with their words. */
const SUMMARY_WORDS: readonly (readonly [TaskStatus, string])[] = [
  ["changed", "changed"],
  ["unchanged", "unchanged"],
  ["skipped", "skipped"],
  ["failed", "failed"],
  ["cancelled", "cancelled"],
  ["notRun", "not run"],
  ["unknown", "unknown"],
];

/**
 * What a finished run did. There is one also when the run failed; check `ok`, or `verdict` for more.
 *
 * Rows are made when asked for and never kept except by `tasks`, so a report of a million tasks costs nothing until
 * somebody looks; use {@link Report.rows} to walk such a run.
 *
 * @example
 * const report = await plan.run();
 * if (!report.ok) console.error(report.error?.message);
 * console.log(report.summary()); // 4 tasks: 2 changed, 1 unchanged, 1 skipped
 */
export class Report {
  /** The run as a whole; a window that stays valid. */
  readonly view: RunView;
  readonly verdict: Verdict;
  #tasks: readonly TaskReport[] | undefined;

  /** @param view of a run in phase `finished` */
  constructor(view: RunView) {
    this.view = view;
    this.verdict = must(view.verdict, "A report is made of a finished run");
  }

  get runId(): RunId {
    return this.view.runId;
  }

  /** Whether the run reached what the plan wanted: no task failed that was not tolerated. */
  get ok(): boolean {
    return this.verdict === "succeeded";
  }

  /** The failure that decided the verdict; absent when `ok`. */
  get error(): CodedError | undefined {
    return this.view.error;
  }

  get taskCount(): number {
    return this.view.taskCount;
  }

  get durationMs(): number {
    return Math.max(0, (this.view.finishedAtMs ?? this.view.createdAtMs) - this.view.createdAtMs);
  }

  /** Every task in plan order, children of groups after the tasks of the plan. Kept after the first access. */
  get tasks(): readonly TaskReport[] {
    this.#tasks ??= [...this.rows()];
    return this.#tasks;
  }

  /** Walks all tasks, one row at a time. */
  *rows(): Generator<TaskReport, void, undefined> {
    for (let index = 0; index < this.view.taskCount; index++) yield taskReport(this.view.task(index));
  }

  /** The row of one task, or `undefined` when the run has no task of that name. */
  result(task: TaskReference): TaskReport | undefined {
    const view = this.#find(task);
    return view === undefined ? undefined : taskReport(view);
  }

  /**
   * The data a task returned, as a typed value: of its first host when it ran on hosts, else of the task.
   * @throws DroverError with `DRV_REPORT_NO_RESULT`, `DRV_REPORT_NO_DATA` or `DRV_REPORT_DATA_INVALID`
   */
  decode<T>(task: TaskReference, schema: DataSchema<T>): T {
    const decoded = this.tryDecode(task, schema);
    if (!decoded.ok) throw new DroverError([decoded.error]);
    return decoded.value;
  }

  /** Like {@link Report.decode}, with the problem as a value. */
  tryDecode<T>(task: TaskReference, schema: DataSchema<T>): Result<T, CodedError> {
    const name = nameOf(task);
    const view = this.#find(task);
    if (view === undefined) return err(noResult(name));
    const data = dataOf(view);
    if (data === undefined) return err(noData(name, view));
    const parsed = schema.safeParse(data);
    return parsed.success ? ok(parsed.data) : err(dataInvalid(name, parsed.error));
  }

  /** Two lines: `4 tasks: 2 changed, 1 unchanged, 1 skipped` and `Total duration: 12.3s`. */
  summary(): string {
    return `${summaryCounts(this.view)}\nTotal duration: ${formatDuration(this.durationMs)}`;
  }

  #find(task: TaskReference): TaskView | undefined {
    const index = this.view.indexOf(nameOf(task));
    return index === undefined ? undefined : this.view.task(index);
  }
}

/** `4 tasks: 2 changed, 1 unchanged, 1 skipped`: only what is not zero, and `0 tasks` for an empty run. */
export function summaryCounts(view: Pick<RunView, "taskCount" | "counts">): string {
  const parts = SUMMARY_WORDS.filter(([status]) => view.counts[status] > 0).map(
    ([status, word]) => `${formatCount(view.counts[status])} ${word}`,
  );
  const total = counted(view.taskCount, "task");
  return parts.length === 0 ? total : `${total}: ${parts.join(", ")}`;
}

function nameOf(task: TaskReference): string {
  return typeof task === "string" ? task : task.name;
}

function dataOf(view: TaskView): JsonValue | undefined {
  const [firstHost] = view.hostResults;
  const data = firstHost === undefined ? view.data : (firstHost.data ?? undefined);
  return data ?? undefined;
}

function noResult(name: string): CodedError {
  return codedError("DRV_REPORT_NO_RESULT", `Cannot decode ${quote(name)}: the run has no task of that name`, {
    hint: "Pass the task object, or one of the names in report.tasks",
  });
}

function noData(name: string, view: TaskView): CodedError {
  return codedError("DRV_REPORT_NO_DATA", `Cannot decode ${quote(name)}: the task is ${view.status} and has no data`, {
    hint: "Look at report.result(task)?.status before decoding",
  });
}

function dataInvalid(name: string, error: Error): CodedError {
  return codedError("DRV_REPORT_DATA_INVALID", `Cannot decode ${quote(name)}: its data differ from the schema`, {
    hint: error.message.slice(0, 2_000),
  });
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}
