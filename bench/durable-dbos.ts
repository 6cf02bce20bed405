import { Countdown, inLanes } from "./countdown.ts";
import type { DurablePeer } from "./durable-peer.ts";
import { IN_FLIGHT, SMALL_RUN_TASKS, SMALL_RUNS_AT_ONCE } from "./durable-shape.ts";
import { loadPeer } from "./load-peer.ts";

type Workflow = (count: number) => Promise<void>;

interface DbosModule {
  readonly DBOS: {
    setConfig(config: object): void;
    launch(): Promise<void>;
    shutdown(): Promise<void>;
    registerWorkflow(workflow: Workflow, config: object): Workflow;
    runStep(step: () => Promise<void>, config: object): Promise<void>;
  };
}

const POOL_SIZE = 32;

/** DBOS Transact: a workflow of steps, each recorded when it has ended. */
export const dbosPeer: DurablePeer = async ({ server, shape, taskCount, secondsMax }) => {
  const { DBOS } = await loadPeer<DbosModule>("@dbos-inc/dbos-sdk");
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: server.url,
    systemDatabasePoolSize: POOL_SIZE,
    runAdminServer: false,
    logLevel: "error",
  });
  let countdown: Countdown | undefined;
  const step = async (): Promise<void> => {
    await DBOS.runStep(async () => {}, { name: "step" });
    countdown?.done();
  };
  const lanes = DBOS.registerWorkflow(
    (laneCount) =>
      inLanes(laneCount, async () => {
        while (countdown?.take() === true) await step();
      }),
    { name: "lanes" },
  );
  const small = DBOS.registerWorkflow(
    async (middleCount) => {
      await step();
      await inLanes(middleCount, step);
      await step();
    },
    { name: "small" },
  );
  await DBOS.launch();
  try {
    // The first workflow of a process finds cold code.
    await small(1);
    countdown = new Countdown({ taskCount, secondsMax });
    const current = countdown;
    if (shape !== "small runs") await lanes(shape === "chain" ? 1 : IN_FLIGHT);
    else {
      await inLanes(SMALL_RUNS_AT_ONCE, async () => {
        while (current.take(SMALL_RUN_TASKS)) await small(SMALL_RUN_TASKS - 2);
      });
    }
    countdown.end();
    return countdown.times;
  } finally {
    await DBOS.shutdown();
  }
};
