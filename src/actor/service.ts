import type { ChildEnd, RunningChild, StartContext } from "./child-spec.ts";

/**
 * Makes a child of one function that works until its signal aborts: a projector, a scheduler, a poller. When it returns
 * by itself that is a normal exit, when it throws a fault.
 *
 * @example
 * supervisor.startChild({ id: "poller", restart: "permanent", start: service((signal) => poll(signal)) });
 */
export function service(work: (signal: AbortSignal, context: StartContext) => Promise<void>) {
  return (context: StartContext): RunningChild => {
    const controller = new AbortController();
    const ended: Promise<ChildEnd | void> = work(AbortSignal.any([controller.signal, context.signal]), context);
    return {
      ended,
      stop: async () => {
        controller.abort();
        // What the work throws because it was told to end is no fault.
        await ended.then(ignore, ignore);
      },
    };
  };
}

function ignore(): void {}
