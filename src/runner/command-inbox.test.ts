import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError } from "../base/coded-error.ts";
import { RESULTS_PER_COMMAND_MAX, type AttemptResult } from "../engine/commands.ts";
import { CommandInbox, type Request } from "./command-inbox.ts";

const result = (task: number): AttemptResult => ({
  task,
  unit: 0,
  attempt: 1,
  generation: 1,
  outcome: { status: "changed" },
});
const pause: Request = { command: { type: "pause" } };

test("given results, work that is left and a command, when asked what is next, then in this order", () => {
  const inbox = new CommandInbox();
  assert.equal(inbox.isEmpty, true);
  assert.equal(inbox.next(), undefined);
  inbox.push(pause);
  inbox.needsAdvance = true;
  inbox.pushResult(result(1));
  inbox.pushResult(result(2));
  assert.deepEqual(inbox.next()?.command, { type: "attemptsFinished", results: [result(1), result(2)] });
  assert.deepEqual(inbox.next()?.command, { type: "advance" });
  inbox.needsAdvance = false;
  assert.equal(inbox.next(), pause);
  assert.equal(inbox.isEmpty, true);
});

test("given more results than one command takes, when they are taken, then each comes once and in order", () => {
  const inbox = new CommandInbox();
  const count = 2 * RESULTS_PER_COMMAND_MAX + 3;
  for (let task = 0; task < count; task++) inbox.pushResult(result(task));
  const tasks: number[] = [];
  let commands = 0;
  for (let next = inbox.next(); next !== undefined; next = inbox.next()) {
    commands += 1;
    // Results that come in between are behind those that wait.
    if (commands === 1) inbox.pushResult(result(count));
    if (next.command.type === "attemptsFinished") tasks.push(...next.command.results.map(({ task }) => task));
  }
  assert.equal(commands, 3);
  assert.deepEqual(
    tasks,
    Array.from({ length: count + 1 }, (_, index) => index),
  );
});

test("given commands that were followed, when their events are committed, then each is answered once; when let go, those that wait hear the reason", () => {
  const inbox = new CommandInbox();
  const heard: string[] = [];
  const request = (name: string): Request => ({
    command: { type: "pause" },
    answer: (rejection) => heard.push(`${name} ${rejection?.code ?? "done"}`),
    abandon: (reason) => heard.push(`${name} ${String(reason)}`),
  });
  inbox.followed(request("first"));
  inbox.acknowledge();
  inbox.acknowledge();
  inbox.followed(request("second"));
  inbox.push(request("third"));
  inbox.push(pause);
  inbox.abandonAll(() => "let go");
  inbox.abandonAll(() => assert.fail("Nobody waits any more"));
  assert.deepEqual(heard, ["first done", "second let go", "third let go"]);
  request("fourth").answer?.(codedError("DRV_RUN_PAUSED", "no"));
  assert.equal(heard.at(-1), "fourth DRV_RUN_PAUSED");
});
