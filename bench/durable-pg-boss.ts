import { Countdown, inLanes } from "./countdown.ts";
import type { DurablePeer } from "./durable-peer.ts";
import { IN_FLIGHT } from "./durable-shape.ts";
import { loadPeer } from "./load-peer.ts";

interface PgBossModule {
  readonly PgBoss: new (options: object) => {
    on(event: "error", listener: () => void): void;
    start(): Promise<unknown>;
    stop(options: object): Promise<void>;
    createQueue(name: string): Promise<void>;
    insert(name: string, jobs: readonly object[]): Promise<unknown>;
    fetch(name: string, options: object): Promise<readonly { readonly id: string }[]>;
    complete(name: string, ids: readonly string[]): Promise<unknown>;
  };
}

const BULK = 5_000;
const LANES = 4;

/** pg-boss: jobs that were added before the time starts, fetched and completed in batches; in a chain one by one. */
export const pgBossPeer: DurablePeer = async ({ server, shape, taskCount, secondsMax }) => {
  const { PgBoss } = await loadPeer<PgBossModule>("pg-boss");
  const boss = new PgBoss({ connectionString: server.url, max: 16, supervise: false, schedule: false });
  boss.on("error", () => {});
  await boss.start();
  try {
    await boss.createQueue("bench");
    const isChain = shape === "chain";
    for (let left = isChain ? 1 : taskCount; left > 0; left -= BULK) {
      await boss.insert(
        "bench",
        Array.from({ length: Math.min(left, BULK) }, () => ({ data: {} })),
      );
    }
    const countdown = new Countdown({ taskCount, secondsMax });
    const [lanes, batchSize] = isChain ? [1, 1] : [LANES, IN_FLIGHT / LANES];
    await inLanes(lanes, async () => {
      while (!countdown.isOver) {
        const jobs = await boss.fetch("bench", { batchSize });
        if (jobs.length === 0) break;
        await Promise.all(jobs.map(async () => {}));
        if (isChain) await boss.insert("bench", [{ data: {} }]);
        await boss.complete(
          "bench",
          jobs.map(({ id }) => id),
        );
        countdown.done(jobs.length);
      }
    });
    countdown.end();
    return countdown.times;
  } finally {
    await boss.stop({ graceful: false, close: true });
  }
};
