import { Countdown } from "./countdown.ts";
import type { DurablePeer } from "./durable-peer.ts";
import { IN_FLIGHT } from "./durable-shape.ts";
import { loadPeer } from "./load-peer.ts";

interface BullmqModule {
  readonly Queue: new (
    name: string,
    options: object,
  ) => {
    add(name: string, data: object): Promise<unknown>;
    addBulk(jobs: readonly object[]): Promise<unknown>;
    close(): Promise<void>;
  };
  readonly Worker: new (
    name: string,
    process: () => Promise<void>,
    options: object,
  ) => {
    on(event: "completed" | "error", listener: () => void): void;
    run(): Promise<void>;
    close(force: boolean): Promise<void>;
  };
}

const BULK = 1_000;

/** BullMQ: jobs that were added before the time starts; in a chain each adds the next one. */
export const bullmqPeer: DurablePeer = async ({ server, shape, taskCount, secondsMax }) => {
  const { Queue, Worker } = await loadPeer<BullmqModule>("bullmq");
  const connection = { host: "127.0.0.1", port: server.port };
  const queue = new Queue("bench", { connection, defaultJobOptions: { removeOnComplete: true } });
  const isChain = shape === "chain";
  for (let left = isChain ? 1 : taskCount; left > 0; left -= BULK) {
    await queue.addBulk(Array.from({ length: Math.min(left, BULK) }, () => ({ name: "job", data: {} })));
  }
  const running: { countdown?: Countdown } = {};
  const process = async (): Promise<void> => {
    if (isChain && running.countdown?.take() === true) await queue.add("job", {});
  };
  const concurrency = isChain ? 1 : IN_FLIGHT;
  const worker = new Worker("bench", process, { connection, concurrency, autorun: false });
  worker.on("completed", () => running.countdown?.done());
  worker.on("error", () => {});
  const countdown = new Countdown({ taskCount, secondsMax });
  running.countdown = countdown;
  void worker.run();
  await countdown.over;
  await worker.close(true);
  await queue.close();
  return countdown.times;
};
