import { resolve } from "node:path";
import { DroverError, type CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { CompiledPlan } from "../plan/compiled-plan.ts";
import { eventDocument } from "../report/event-document.ts";
import { EXIT_CODES } from "../report/exit-code.ts";
import { span, type Line } from "../report/line.ts";
import type { Report } from "../report/report.ts";
import type { RunObserver } from "../runner/run-observer.ts";
import type { CliContext } from "./cli-context.ts";
import { styleFor } from "./command-options.ts";
import type { RunOptions } from "./commands/run.ts";
import { isDataFormat, jsonLine } from "./data-output.ts";
import { rememberRun } from "./last-run.ts";
import type { LoadedPlan } from "./plan-module.ts";
import { problemLines } from "./problem-text.ts";
import { openRunDisplay, type RunDisplay } from "./run-display.ts";
import type { StartedRun, StartOptions } from "./run-port.ts";
import type { AttemptListener } from "./watched-fleet.ts";

export interface ExecuteOptions {
  readonly options: RunOptions;
  readonly context: CliContext;
  readonly isDryRun: boolean;
  /** Only bring back what has drifted, without the tasks named here. */
  readonly repairs?: { readonly leavesOut: ReadonlySet<string> };
  /** Told of every attempt that has ended; in dry runs only. */
  readonly onAttempt?: AttemptListener;
}

/**
 * Runs a plan while a display shows it, lets Ctrl-C cancel it, and remembers it for `why`.
 * @returns the report, however the run ended, or every problem that kept it from starting
 */
export async function executePlan(
  loaded: LoadedPlan,
  execute: ExecuteOptions,
): Promise<Result<Report, readonly CodedError[]>> {
  const { options, context, isDryRun } = execute;
  const port = await context.openRunPort();
  const shown = { plan: loaded.plan.compiled, planPath: loaded.reference.path, execute };
  return showRun(shown, async (observer) => {
    const startOptions: StartOptions = {
      params: loaded.params,
      isDryRun,
      ...(execute.repairs === undefined ? {} : { repairs: execute.repairs }),
      ...(execute.onAttempt === undefined ? {} : { onAttempt: execute.onAttempt }),
      ...(options.fleet !== undefined && { fleetFile: resolve(context.folder, options.fleet) }),
      ...(options.maxParallel !== undefined && { maxParallel: options.maxParallel }),
      ...(options.rollback !== undefined && { rollback: options.rollback }),
      ...(options.allowIrreversible !== undefined && { allowIrreversible: options.allowIrreversible }),
      observer,
    };
    if (isDryRun || options.ephemeral === true || execute.repairs !== undefined)
      return port.start(loaded.plan, startOptions);
    const { startDurably } = await import("./durable-start.ts");
    return startDurably(loaded, startOptions, { options, context });
  });
}

/** What is shown while a run goes on, and remembered after it. */
export interface ShownRun {
  readonly plan: CompiledPlan;
  /** Absent when the plan came from no file. */
  readonly planPath: string | undefined;
  readonly execute: ExecuteOptions;
}

/** Shows a run from its start to its end; `start` gets the observer that shows it. */
export async function showRun(
  { plan, planPath, execute }: ShownRun,
  start: (observer: RunObserver) => Promise<Result<StartedRun, readonly CodedError[]>>,
): Promise<Result<Report, readonly CodedError[]>> {
  const display = openDisplay(plan, execute);
  const started = await start(observerOf(display, execute));
  if (started.ok) return finish(started.value, { display, planPath, execute });
  display[Symbol.dispose]();
  return started;
}

interface Finishing extends Omit<ShownRun, "plan"> {
  readonly display: RunDisplay;
}

async function finish(
  run: StartedRun,
  { display, planPath, execute }: Finishing,
): Promise<Result<Report, readonly CodedError[]>> {
  const { context } = execute;
  await using _run = run;
  using cleanup = new DisposableStack();
  cleanup.use(display);
  cleanup.use(interruptions(run, display, context));
  for (const warning of run.warnings ?? []) display.write(warningLines(warning));
  const ended = await reportOf(run);
  if (!ended.ok) return ended;
  if (!execute.isDryRun && planPath !== undefined) {
    const remembered = await rememberRun(ended.value.view, planPath, context);
    if (!remembered.ok) display.write(warningLines(remembered.error));
  }
  return ended;
}

function warningLines(problem: CodedError): readonly Line[] {
  const [first = []] = problemLines([problem]);
  return [[span("warning: ", "yellow"), ...first.slice(1)]];
}

/** A dry run says only here that its inputs are wrong. */
async function reportOf(run: StartedRun): Promise<Result<Report, readonly CodedError[]>> {
  try {
    return ok(await run.report);
  } catch (thrown) {
    if (thrown instanceof DroverError) return err(thrown.errors);
    throw thrown;
  }
}

/** The first Ctrl-C asks the run to end, the second ends it. */
function interruptions(run: StartedRun, display: RunDisplay, context: CliContext): Disposable {
  let count = 0;
  return context.onInterrupt(() => {
    count += 1;
    if (count === 1) {
      display.write([
        [span("Cancelling", "bold"), ": running tasks are asked to end, cleanup still runs; Ctrl-C again kills them"],
      ]);
      run.cancel("interrupted from the keyboard");
      return;
    }
    run.kill();
    display.write([
      [span("Killed", "bold"), ": what was running is in an unknown state; look at it before you run again"],
    ]);
    display[Symbol.dispose]();
    context.exitNow(EXIT_CODES.cancelled);
  });
}

/** People's lines go to standard output; when that is for data, to standard error. */
function openDisplay(plan: CompiledPlan, { options, context, isDryRun }: ExecuteOptions): RunDisplay {
  const stream = isDataFormat(options.output) ? context.stderr : context.stdout;
  return openRunDisplay({
    context,
    stream,
    style: styleFor(stream, options, context),
    plan,
    isVerbose: options.verbose === true,
    isQuiet: isDryRun,
    isPlain: options.output === "plain",
  });
}

/** As NDJSON every event is also a line of data. */
function observerOf(display: RunDisplay, { options, context }: ExecuteOptions): RunObserver {
  const { observer } = display;
  if (options.output !== "ndjson") return observer;
  return {
    ...observer,
    onEvents(events, view) {
      observer.onEvents?.(events, view);
      context.stdout.write(events.map((event) => jsonLine(eventDocument(event, view))).join(""));
    },
  };
}
