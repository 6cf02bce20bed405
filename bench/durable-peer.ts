import { bullmqPeer } from "./durable-bullmq.ts";
import { dbosPeer } from "./durable-dbos.ts";
import { graphilePeer } from "./durable-graphile.ts";
import { pgBossPeer } from "./durable-pg-boss.ts";
import type { DurableShape, DurableTimes } from "./durable-shape.ts";
import { startPostgres, startRedis, type PeerServer } from "./peer-servers.ts";
import { answerParent, childArgument } from "./run-child.ts";

// One peer does one kind of work, with a server of its own, in a process of its own.

export type DurablePeerName = "dbos" | "bullmq" | "pg-boss" | "graphile-worker";

export interface PeerArgument {
  readonly peer: DurablePeerName;
  readonly shape: DurableShape;
  /** At most so many tasks… */
  readonly taskCount: number;
  /** … and when this time is over, what has been done by then counts. */
  readonly secondsMax: number;
}

/** What a peer is asked to do. */
export interface PeerWork {
  readonly server: PeerServer;
  readonly shape: DurableShape;
  readonly taskCount: number;
  readonly secondsMax: number;
}

export type DurablePeer = (work: PeerWork) => Promise<DurableTimes>;

const PEERS: Readonly<Record<DurablePeerName, { start(): Promise<PeerServer>; readonly work: DurablePeer }>> = {
  dbos: { start: startPostgres, work: dbosPeer },
  bullmq: { start: startRedis, work: bullmqPeer },
  "pg-boss": { start: startPostgres, work: pgBossPeer },
  "graphile-worker": { start: startPostgres, work: graphilePeer },
};

async function race({ peer, ...work }: PeerArgument): Promise<DurableTimes> {
  const { start, work: run } = PEERS[peer];
  await using server = await start();
  return await run({ server, ...work });
}

answerParent(await race(childArgument<PeerArgument>()));
