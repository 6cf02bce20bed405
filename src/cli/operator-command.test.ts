import assert from "node:assert/strict";
import { test } from "node:test";
import { operatorCommand } from "./operator-command.ts";
import { VERBS } from "./verb-specs.ts";

const BY = { actor: "ada", reason: "tests", expectedVersion: 3 };

for (const verb of VERBS) {
  test(`given the command of "drover ${verb.name}", when it comes over the socket, then it is what was sent`, () => {
    const word = verb.name === "settle" ? "rerun" : "window";
    const command = verb.command({ task: 2, unit: 1, word, json: { id: 7 }, isUnchanged: true, id: "call-1", by: BY });
    const sent: unknown = JSON.parse(JSON.stringify(command));
    assert.deepEqual(operatorCommand(sent), sent);
  });
}

const REFUSED: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["a text", "cancel"],
  ["a list", [{ type: "cancel" }]],
  ["an unknown type", { type: "explode" }],
  ["a type of the prototype", { type: "__proto__" }],
  ["a member that is not its own", { type: "cancel", task: 1 }],
  ["a result of a host", { type: "attemptFinished", task: 0, unit: 0, attempt: 1, outcome: { status: "changed" } }],
  ["a start", { type: "start", runId: "run_x" }],
  ["a tick", { type: "tick" }],
  ["a task below zero", { type: "skip", task: -1 }],
  ["a part of a task", { type: "skip", task: 0.5 }],
  ["a task that is no number", { type: "skip", task: "0" }],
  ["a version of zero", { type: "pause", expectedVersion: 0 }],
  ["a reason that is too long", { type: "pause", reason: "x".repeat(10_001) }],
  ["a decision that nobody can take", { type: "resolveUnknown", task: 0, unit: 0, decision: "maybe" }],
  ["an approval by nobody", { type: "approve", task: 0 }],
  ["a signal without a name", { type: "signal", id: "x" }],
];

for (const [what, given] of REFUSED) {
  test(`given ${what} for a command, when it is read, then it is none that people give`, () => {
    assert.equal(operatorCommand(given), undefined);
  });
}
