import { Countdown } from "./countdown.ts";
import type { DurablePeer } from "./durable-peer.ts";
import { IN_FLIGHT } from "./durable-shape.ts";
import { loadPeer } from "./load-peer.ts";

interface Runner {
  stop(): Promise<void>;
  addJob(task: string, payload: object): Promise<unknown>;
}

interface GraphileModule {
  run(options: object): Promise<Runner>;
  runMigrations(options: object): Promise<void>;
}

interface Pool {
  query(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly { readonly count: string }[] }>;
  on(event: "error" | "connect", listener: (client: ListenedClient) => void): void;
  end(): Promise<void>;
}

interface ListenedClient {
  on(event: "error", listener: () => void): void;
}

interface PgModule {
  readonly default: { readonly Pool: new (options: object) => Pool };
}

const POOL_SIZE = 20;
const LOOK_MS = 10;
const ADD =
  "SELECT count(*) FROM (SELECT graphile_worker.add_job('job', '{}'::json) FROM generate_series(1, $1)) AS added";
const LEFT = "SELECT count(*) FROM graphile_worker._private_jobs";

/** graphile-worker: jobs that were added before the time starts, fetched and completed in batches; a chain one by one. */
export const graphilePeer: DurablePeer = async ({ server, shape, taskCount, secondsMax }) => {
  const { run, runMigrations } = await loadPeer<GraphileModule>("graphile-worker");
  const { default: pg } = await loadPeer<PgModule>("pg");
  const pool = new pg.Pool({ connectionString: server.url, max: POOL_SIZE });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const logger = silentLogger(await loadPeer<LoggerModule>("graphile-worker"));
  await runMigrations({ pgPool: pool, logger });
  const isChain = shape === "chain";
  await pool.query(ADD, [isChain ? 1 : taskCount]);
  const countdown = new Countdown({ taskCount, secondsMax });
  let called = 0;
  const job = async (_payload: unknown, helpers: Pick<Runner, "addJob">): Promise<void> => {
    called += 1;
    if (isChain && countdown.take()) await helpers.addJob("job", {});
  };
  const batching = { localQueue: { size: 2 * IN_FLIGHT }, completeJobBatchDelay: 0 };
  const concurrentJobs = isChain ? 1 : IN_FLIGHT;
  const runner = await run({
    pgPool: pool,
    logger,
    taskList: { job },
    noHandleSignals: true,
    preset: { worker: { concurrentJobs, ...(isChain ? {} : batching) } },
  });
  // An end is acknowledged when its row is gone; in a chain every call but the last has ended before the next one.
  let acknowledged = 0;
  while (!countdown.isOver) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (isChain) acknowledged = Math.max(0, called - 1);
    else if (called === taskCount) acknowledged = taskCount - (await countLeft(pool));
    if (called === taskCount && acknowledged >= taskCount - (isChain ? 1 : 0)) break;
  }
  const { elapsedMs } = countdown.times;
  if (!isChain && acknowledged === 0) acknowledged = taskCount - (await countLeft(pool));
  countdown.end();
  await runner.stop();
  await pool.end();
  return { taskCount: acknowledged, elapsedMs };
};

async function countLeft(pool: Pool): Promise<number> {
  return Number((await pool.query(LEFT)).rows[0]?.count);
}

interface LoggerModule {
  readonly Logger: new (factory: () => () => void) => object;
}

function silentLogger({ Logger }: LoggerModule): object {
  return new Logger(() => () => {});
}
