import { formatDuration } from "../base/duration.ts";
import type { RunView } from "../engine/run-view.ts";
import { diffLines } from "../report/diff-text.ts";
import { formatLine, span, type Line } from "../report/line.ts";
import { taskLineLayout, type TaskLineLayout } from "../report/task-line.ts";
import { counted } from "../report/wording.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import { announcementLines } from "./announcement-lines.ts";
import { foldMarkersOf, withoutServerCommands, type FoldMarkers } from "./fold-markers.ts";
import { outputLine } from "./output-line.ts";
import { ProgressModel, type Announcement } from "./progress-model.ts";
import type { RunDisplay, RunDisplayOptions } from "./run-display.ts";

/** Silence after which a line says that the run is still alive. */
const HEARTBEAT_MS = 30_000;
/** Time in which what happens is collected before it is written. */
const COLLECT_MS = 50;
const TASKS_AT_ONCE_MAX = 200;
const NAMES_MEASURED_MAX = 1_000;

/** Shows a run where nothing can be redrawn: a line for everything that happens, with its time, and a sign of life. */
export class LineDisplay implements RunDisplay {
  readonly observer: RunObserver;
  readonly #options: RunDisplayOptions;
  readonly #layout: TaskLineLayout;
  readonly #folds: FoldMarkers | undefined;
  readonly #model: ProgressModel;
  readonly #cleanup = new DisposableStack();
  #view: RunView | undefined;
  #collecting: Disposable | undefined;
  #heartbeat: Disposable | undefined;

  constructor(options: RunDisplayOptions) {
    this.#options = options;
    this.#model = new ProgressModel(options);
    this.#folds = foldMarkersOf(options.context.env);
    this.#layout = taskLineLayout(options.plan.tasks.slice(0, NAMES_MEASURED_MAX).map((task) => task.name));
    this.#cleanup.use(options.context.captureOutput((line) => this.write([[line]])));
    this.observer = {
      onEvents: (events, view) => {
        this.#view = view;
        this.#model.apply(events);
        this.#collecting ??= options.context.clock.setTimer(COLLECT_MS, () => this.#flush());
      },
      ...(options.isVerbose && { onOutput: (line) => this.#view && this.write([outputLine(line, this.#view)]) }),
    };
    this.#beat();
  }

  write(lines: readonly Line[]): void {
    const { stream, style, context } = this.#options;
    const time = clockText(context.clock.nowMs());
    const text = lines.map((line) => `${formatLine([span(`${time} `, "dim"), ...line], style)}\n`).join("");
    stream.write(withoutServerCommands(text, context.env));
    this.#beat();
  }

  [Symbol.dispose](): void {
    this.#flush();
    this.#cleanup.dispose();
    this.#heartbeat?.[Symbol.dispose]();
  }

  #flush(): void {
    this.#collecting?.[Symbol.dispose]();
    this.#collecting = undefined;
    const announcements = this.#model.takeAnnouncements();
    if (this.#view === undefined || announcements.length === 0) return;
    const view = this.#view;
    if (announcements.length > TASKS_AT_ONCE_MAX) return this.#write(announcements, view);
    for (const announcement of announcements) {
      this.#write([announcement], view);
      if (announcement.kind === "finished") this.#writeDiffs(announcement.task, view);
    }
  }

  #write(announcements: readonly Announcement[], view: RunView): void {
    const { style } = this.#options;
    this.write(announcementLines(announcements, view, { layout: this.#layout, style, tasksMax: TASKS_AT_ONCE_MAX }));
  }

  /** What a task changed, folded where the build server can fold; elsewhere only when asked for. */
  #writeDiffs(index: number, view: RunView): void {
    if (this.#folds === undefined && !this.#options.isVerbose) return;
    const task = view.task(index);
    const changes = [...(task.changes ?? []), ...task.hostResults.flatMap((result) => result.changes ?? [])];
    const diffs = [...new Set(changes.flatMap((change) => change.diff ?? []))];
    const lines = diffs.flatMap((diff) => diffLines(diff, "  ", {}));
    if (lines.length === 0) return;
    const { stream, style, context } = this.#options;
    const title = formatLine([`Changes of ${task.name}`], { ...style, hasColor: false });
    const fold = this.#folds?.(title, Math.floor(context.clock.nowMs() / 1_000));
    stream.write(fold?.begin ?? "");
    const text = lines.map((line) => `${formatLine(line, style)}\n`).join("");
    stream.write(withoutServerCommands(text, context.env));
    stream.write(fold?.end ?? "");
  }

  /** Starts the wait for the next sign of life anew. */
  #beat(): void {
    this.#heartbeat?.[Symbol.dispose]();
    this.#heartbeat = this.#options.context.clock.setTimer(HEARTBEAT_MS, () => this.write([this.#aliveLine()]));
  }

  #aliveLine(): Line {
    const [oldest] = this.#model.running;
    if (this.#view === undefined || oldest === undefined) return [span("still waiting", "dim")];
    const { name, startedAtMs } = this.#view.task(oldest);
    const ageMs = this.#options.context.clock.nowMs() - (startedAtMs ?? 0);
    const count = counted(this.#model.running.size, "task");
    return [span(`still running: ${count}, oldest ${formatDuration(ageMs)} (${name})`, "dim")];
  }
}

/** Local time of day: `14:03:07`. */
function clockText(nowMs: number): string {
  return new Date(nowMs).toTimeString().slice(0, 8);
}
