import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { parseRunId, type RunId } from "../base/ids.ts";
import type { Command } from "../engine/commands.ts";
import { controlPlaceOf } from "./control-place.ts";
import { CONTROL_LINE_BYTES_MAX } from "./control-protocol.ts";
import { serveControl } from "./control-server.ts";
import { connectControl } from "./remote-runs.ts";
import type { RunsAccess } from "./runs-access.ts";

const RUN = "run_01900000-0000-7000-8000-000000000000";

interface Served extends AsyncDisposable {
  readonly folder: string;
  readonly commands: Command[];
  readonly runId: RunId;
}

async function served(context: TestContext): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "drover-control-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const commands: Command[] = [];
  const runs: RunsAccess = {
    isRemote: false,
    list: async () => [],
    snapshot: () => assert.fail("Nobody asks for it"),
    preview: () => assert.fail("Nobody asks for it"),
    async command(_runId, command) {
      commands.push(command);
      return undefined;
    },
    async [Symbol.asyncDispose]() {},
  };
  const server = await serveControl(folder, runs);
  const runId = parseRunId(RUN);
  assert.ok(runId !== undefined);
  return { folder, commands, runId, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Sends bytes as they are; answers the text that comes back until the line or the connection ends. */
async function told(folder: string, request: string): Promise<string> {
  const socket = connect(controlPlaceOf(folder).path);
  socket.on("error", () => socket.destroy());
  socket.write(request);
  let text = "";
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on("data", (chunk: Buffer) => {
    text += String(chunk);
    if (text.includes("\n")) resolve();
  });
  socket.once("close", () => resolve());
  await promise;
  socket.destroy();
  return text;
}

const request = (members: object): string => `${JSON.stringify({ v: 1, id: 1, ...members })}\n`;

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ["text that is no JSON", "rm -rf /; $(reboot)\n", /it is not JSON/],
  ["a value that is no request", "[1,2,3]\n", /not a request of version 1/],
  ["another version", request({ v: 2, method: "list" }), /not a request of version 1/],
  ["a method that is unknown", request({ method: "eval", runId: RUN }), /not a request of version 1/],
  [
    "a run that is none",
    request({ method: "command", runId: "../../etc", command: { type: "cancel" } }),
    /names no run/,
  ],
  [
    "a result that no host gave",
    request({
      method: "command",
      runId: RUN,
      command: { type: "attemptFinished", task: 0, unit: 0, attempt: 1, outcome: { status: "changed" } },
    }),
    /none that people give/,
  ],
  [
    "members that a verb has not",
    request({ method: "command", runId: RUN, command: { type: "skip", task: 0, at: 1 } }),
    /none that people give/,
  ],
  [
    "a task that is no index",
    request({ method: "command", runId: RUN, command: { type: "skip", task: "__proto__" } }),
    /none that people give/,
  ],
];

for (const [what, bytes, says] of REFUSED) {
  test(`given ${what} on the control socket, when it is read, then it is refused with a reason and no run hears of it`, async (context) => {
    await using server = await served(context);
    const answer = await told(server.folder, bytes);
    assert.match(answer, says);
    assert.match(answer, /DRV_CONTROL_REQUEST_INVALID/);
    assert.deepEqual(server.commands, []);
  });
}

test("given a line of 10 MB, when it is read, then it is refused and the next request is answered", async (context) => {
  await using server = await served(context);
  const command = { type: "cancel", reason: "x".repeat(10_000_000) };
  assert.match(await told(server.folder, request({ method: "command", runId: RUN, command })), /none that people give/);
  assert.match(await told(server.folder, request({ method: "list" })), /"value":\[\]/);
});

test("given a line that does not end, when it is longer than lines may be, then the connection is ended", async (context) => {
  await using server = await served(context);
  const socket = connect(controlPlaceOf(server.folder).path);
  socket.on("error", () => socket.destroy());
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once("close", () => resolve());
  const chunk = "x".repeat(1024 * 1024);
  for (let bytes = 0; bytes <= CONTROL_LINE_BYTES_MAX && !socket.destroyed; bytes += chunk.length) {
    if (!socket.write(chunk)) await Promise.race([once(socket, "drain").catch(() => {}), closed]);
  }
  await closed;
  assert.match(await told(server.folder, request({ method: "list" })), /"value":\[\]/);
});

test("given a reason with all separators of lines there are, when a verb is given from another process, then it arrives whole", async (context) => {
  await using server = await served(context);
  const access = await connectControl(server.folder);
  assert.ok(access !== undefined);
  await using _access = access;
  const reason = "one\ntwo\r\nthree\u2028four\u2029five\u0085six";
  assert.equal(await access.command(server.runId, { type: "cancel", reason }), undefined);
  assert.deepEqual(server.commands, [{ type: "cancel", reason }]);
});

test("given a request that cannot be understood, when its process asked for it, then that one hears why", async (context) => {
  await using server = await served(context);
  const access = await connectControl(server.folder);
  assert.ok(access !== undefined);
  await using _access = access;
  const rejection = await access.command(server.runId, { type: "cancel", reason: "x".repeat(20_000) });
  assert.equal(rejection?.code, "DRV_CONTROL_REQUEST_INVALID");
});
