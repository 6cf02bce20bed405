import type { RunView } from "../engine/run-view.ts";
import { span, type Line } from "../report/line.ts";
import { taskLineLayout, type TaskLineLayout } from "../report/task-line.ts";
import type { OutputLine, RunObserver } from "../runner/run-observer.ts";
import { announcementLines } from "./announcement-lines.ts";
import { liveLines } from "./live-lines.ts";
import { LiveRegion } from "./live-region.ts";
import { outputLine } from "./output-line.ts";
import { ProgressModel, type Announcement } from "./progress-model.ts";
import type { RunDisplay, RunDisplayOptions } from "./run-display.ts";

/** Time between two frames: fast enough to look alive, slow enough not to cost anything. */
const FRAME_MS = 80;
const LINES_MAX = 20;
/** Finished tasks that get a line each within one frame; a person cannot read more anyway. */
const TASKS_PER_FRAME_MAX = 40;
/** Lines after which a failure has scrolled out of attention and is shown in the region. */
const LINES_OUT_OF_SIGHT = 6;
/** Names measured to find the width of the name column. */
const NAMES_MEASURED_MAX = 1_000;

/** Shows a run on a terminal: a live region at the bottom, everything finished scrolling away above it. */
export class LiveDisplay implements RunDisplay {
  readonly observer: RunObserver;
  readonly #options: RunDisplayOptions;
  readonly #region: LiveRegion;
  readonly #layout: TaskLineLayout;
  readonly #model: ProgressModel;
  readonly #cleanup = new DisposableStack();
  /** Failed tasks with the number of lines written before them. */
  readonly #failed: { readonly task: number; readonly atLine: number }[] = [];
  #view: RunView | undefined;
  #pending: Line[] = [];
  #frame = 0;
  #linesWritten = 0;
  #timer: Disposable | undefined;

  constructor(options: RunDisplayOptions) {
    this.#options = options;
    this.#model = new ProgressModel(options);
    this.#layout = taskLineLayout(options.plan.tasks.slice(0, NAMES_MEASURED_MAX).map((task) => task.name));
    this.#region = this.#cleanup.use(new LiveRegion(options.stream, options.style));
    this.#cleanup.use(options.context.onExit(() => this.#region.restoreCursor()));
    this.#cleanup.use(options.context.captureOutput((line) => this.#pending.push([line])));
    this.observer = {
      onEvents: (events, view) => {
        this.#view = view;
        this.#model.apply(events);
      },
      onProgress: (progress) => this.#model.noteProgress(progress),
      ...(options.isVerbose && { onOutput: (line: OutputLine) => void this.#pending.push(this.#outputLine(line)) }),
    };
    this.#schedule();
  }

  write(lines: readonly Line[]): void {
    this.#pending.push(...lines);
    this.#draw();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#region.draw([], this.#newLines());
    this.#cleanup.dispose();
    this.#region.draw([], this.#newLines());
  }

  #schedule(): void {
    this.#timer = this.#options.context.clock.setTimer(FRAME_MS, () => {
      this.#frame += 1;
      this.#draw();
      this.#schedule();
    });
  }

  #draw(): void {
    const { stream, style, context } = this.#options;
    const permanent = this.#newLines();
    if (this.#view === undefined) return this.#region.draw([], permanent);
    const { rows, columns } = stream;
    const lines = liveLines(this.#model, this.#view, {
      layout: this.#layout,
      style,
      columns,
      linesMax: Math.max(2, Math.min(rows - 2, LINES_MAX)),
      nowMs: context.clock.nowMs(),
      frame: this.#frame,
      failed: this.#failed
        .filter(({ atLine }) => this.#linesWritten - atLine > LINES_OUT_OF_SIGHT)
        .map(({ task }) => task),
    });
    this.#region.draw(lines, permanent);
  }

  /** Everything that happened since the last frame, as lines that stay. */
  #newLines(): readonly Line[] {
    const announcements = this.#model.takeAnnouncements();
    const lines = this.#pending;
    this.#pending = [];
    if (this.#view !== undefined && announcements.length > 0) {
      this.#noteFailures(announcements, this.#view);
      lines.push(...announcementLines(announcements, this.#view, this.#announcementOptions()));
    }
    this.#linesWritten += lines.length;
    return lines;
  }

  #announcementOptions(): Parameters<typeof announcementLines>[2] {
    return { layout: this.#layout, style: this.#options.style, tasksMax: TASKS_PER_FRAME_MAX };
  }

  #noteFailures(announcements: readonly Announcement[], view: RunView): void {
    for (const announcement of announcements) {
      if (announcement.kind !== "finished" || view.statusOf(announcement.task) !== "failed") continue;
      this.#failed.push({ task: announcement.task, atLine: this.#linesWritten });
    }
  }

  #outputLine(line: OutputLine): Line {
    return this.#view === undefined ? [span(line.text, "dim")] : outputLine(line, this.#view);
  }
}
