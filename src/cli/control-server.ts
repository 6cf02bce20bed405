import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { parseRunId, type RunId } from "../base/ids.ts";
import type { Command } from "../engine/commands.ts";
import { makeFolders } from "../host/make-folders.ts";
import { controlLines } from "./control-lines.ts";
import { controlPlaceOf } from "./control-place.ts";
import {
  CONTROL_LINE_BYTES_MAX,
  controlRequest,
  CONTROL_VERSION,
  type ControlAnswer,
  type ControlRequest,
} from "./control-protocol.ts";
import { operatorCommand } from "./operator-command.ts";
import type { RunsAccess } from "./runs-access.ts";

/**
 * Serves the verbs of a data folder to other processes of the same user, on a socket that only they can open. Whoever
 * serves holds the lock of the folder, so a socket that is there already is left over from a process that is gone.
 *
 * Disposing ends the connections and removes the socket.
 */
export async function serveControl(dataFolder: string, runs: RunsAccess): Promise<AsyncDisposable> {
  const place = controlPlaceOf(dataFolder);
  await makeFolders(place.folder, 0o700);
  rmSync(place.path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    void serveSocket(socket, runs);
  });
  await listen(server, place.path);
  // A program that only serves has nothing to do: the runs decide how long the process lives.
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
      rmSync(place.path, { force: true });
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, () => {
    chmodSync(path, 0o600);
    server.off("error", reject);
    server.on("error", () => {});
    resolve();
  });
  await promise;
}

async function serveSocket(socket: Socket, runs: RunsAccess): Promise<void> {
  try {
    for await (const line of controlLines(socket, CONTROL_LINE_BYTES_MAX)) {
      const answer = await answerTo(line, runs);
      socket.write(`${JSON.stringify(answer)}\n`);
    }
  } catch {
    // The other side has gone; it hears nothing more.
  } finally {
    socket.destroySoon();
  }
}

async function answerTo(line: string, runs: RunsAccess): Promise<ControlAnswer> {
  const request = readRequest(line);
  if ("code" in request) return { id: idIn(line), error: request };
  try {
    return await follow(request, runs);
  } catch (thrown) {
    return { id: request.id, error: fromThrown("DRV_INTERNAL", thrown, `Cannot follow "${request.method}"`) };
  }
}

function readRequest(line: string): ControlRequest | CodedError {
  try {
    const parsed = controlRequest.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    return refused(`it is not a request of version ${CONTROL_VERSION}`);
  } catch {
    return refused("it is not JSON");
  }
}

/** So that whoever sent what cannot be followed hears it, as far as it can be told who that was. */
function idIn(line: string): number {
  try {
    const parsed = z.looseObject({ id: z.number() }).safeParse(JSON.parse(line));
    return parsed.success ? parsed.data.id : 0;
  } catch {
    return 0;
  }
}

async function follow(request: ControlRequest, runs: RunsAccess): Promise<ControlAnswer> {
  const { id, method } = request;
  if (method === "list") return { id, value: await runs.list() };
  const runId = parseRunId(request.runId ?? "");
  if (runId === undefined) return { id, error: refused("it names no run") };
  if (method === "snapshot") {
    const snapshot = await runs.snapshot(runId);
    return snapshot.ok ? { id, value: snapshot.value } : { id, error: snapshot.error };
  }
  const command = operatorCommand(request.command);
  if (command === undefined) return { id, error: refused("its command is none that people give") };
  return method === "preview" ? previewed(id, runId, command, runs) : commanded(id, runId, command, runs);
}

async function previewed(id: number, runId: RunId, command: Command, runs: RunsAccess): Promise<ControlAnswer> {
  const preview = await runs.preview(runId, command);
  return preview.ok ? { id, value: preview.value } : { id, error: preview.error };
}

async function commanded(id: number, runId: RunId, command: Command, runs: RunsAccess): Promise<ControlAnswer> {
  const rejection = await runs.command(runId, command);
  return rejection === undefined ? { id, value: null } : { id, error: rejection };
}

function refused(found: string): CodedError {
  return codedError("DRV_CONTROL_REQUEST_INVALID", `Cannot follow the request: ${found}`);
}
