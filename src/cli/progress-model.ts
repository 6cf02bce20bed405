import type { RunEvent, TaskRange } from "../engine/events.ts";
import type { TaskProgress } from "../runner/run-observer.ts";

/** Something worth a line above the live region, in the order in which it happened. */
export type Announcement =
  | { readonly kind: "finished"; readonly task: number }
  | {
      readonly kind: "passedOver";
      readonly ranges: readonly TaskRange[];
      readonly status: "skipped" | "notRun";
      readonly reason: string;
    }
  | { readonly kind: "note"; readonly event: NoteEvent };

export type NoteEvent = Extract<
  RunEvent,
  {
    readonly type:
      | "retry.scheduled"
      | "attempt.unknown"
      | "run.stopping"
      | "phase.entered"
      | "gate.entered"
      | "approval.given"
      | "approval.refused"
      | "undo.completed";
  }
>;

/**
 * What a display has to know of a run besides its view: who runs, who waits, and what was not announced yet. Folds each
 * event in constant time, so that a run of a hundred thousand tasks a second is not slowed down by being watched.
 */
export class ProgressModel {
  /** Running tasks, longest running first: a set keeps the order in which they started. */
  readonly running = new Set<number>();
  /** Tasks at a gate, longest waiting first. */
  readonly waiting = new Set<number>();
  /** Hosts of the run by target text. */
  readonly hostCounts = new Map<string, number>();
  /** What running tasks say of their progress, by task and host; a task that has said nothing has no entry. */
  readonly #progress = new Map<number, Map<string, TaskProgress>>();
  readonly #isQuiet: boolean;
  #announcements: Announcement[] = [];
  /** A phase that nothing has happened in yet: an empty one is not worth a line. */
  #phase: NoteEvent | undefined;

  constructor(options: { readonly isQuiet: boolean }) {
    this.#isQuiet = options.isQuiet;
  }

  apply(events: readonly RunEvent[]): void {
    for (const event of events) this.#applyOne(event);
  }

  noteProgress(progress: TaskProgress): void {
    if (!this.running.has(progress.task)) return;
    const byHost = this.#progress.get(progress.task) ?? new Map<string, TaskProgress>();
    this.#progress.set(progress.task, byHost.set(progress.host, progress));
  }

  /** Progress of a running task: of the host that is furthest behind. `undefined` when it has said nothing. */
  progressOf(task: number): TaskProgress | undefined {
    let last: TaskProgress | undefined;
    for (const progress of this.#progress.get(task)?.values() ?? []) {
      if (last === undefined || progress.percent < last.percent) last = progress;
    }
    return last;
  }

  /** What was not announced yet; forgets it. */
  takeAnnouncements(): readonly Announcement[] {
    const taken = this.#announcements;
    if (taken.length > 0) this.#announcements = [];
    return this.#isQuiet ? [] : taken;
  }

  #announcePhase(): void {
    if (this.#phase === undefined) return;
    this.#announcements.push({ kind: "note", event: this.#phase });
    this.#phase = undefined;
  }

  #applyOne(event: RunEvent): void {
    switch (event.type) {
      case "task.dispatched":
        this.#announcePhase();
        this.running.add(event.task);
        return;
      case "phase.entered":
        this.#phase = event;
        return;
      case "undo.started":
        this.#announcePhase();
        return;
      case "task.completed":
        this.running.delete(event.task);
        this.#progress.delete(event.task);
        this.waiting.delete(event.task);
        this.#announcements.push({ kind: "finished", task: event.task });
        return;
      case "tasks.skipped":
        this.#announcements.push({ kind: "passedOver", ranges: event.ranges, status: "skipped", reason: event.reason });
        return;
      case "tasks.notRun":
        this.#announcements.push({ kind: "passedOver", ranges: event.ranges, status: "notRun", reason: event.reason });
        return;
      case "gate.entered":
        this.waiting.add(event.task);
        this.#announcements.push({ kind: "note", event });
        return;
      case "hosts.resolved":
        for (const { target, hosts } of event.targets) this.hostCounts.set(target, hosts.length);
        return;
      case "retry.scheduled":
      case "attempt.unknown":
      case "run.stopping":
      case "approval.given":
      case "approval.refused":
      case "undo.completed":
        this.#announcements.push({ kind: "note", event });
        return;
      case "run.created":
      case "task.evaluated":
      case "unit.completed":
      case "attempt.refused":
      case "attempt.timedOut":
      case "attempt.cancelRequested":
      case "unknown.resolved":
      case "group.expanded":
      case "signal.received":
      case "run.completed":
      case "run.paused":
      case "run.resumed":
      case "tasks.reset":
      case "tasks.adopted":
        return;
      case "task.marked":
        this.waiting.delete(event.task);
        this.#announcements.push({ kind: "finished", task: event.task });
        return;
    }
  }
}
