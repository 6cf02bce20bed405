// Task functions: what a function is given, and what it may return.
import assert from "node:assert/strict";
import { mkdtempDisposableSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";

using folder = mkdtempDisposableSync("/tmp/drover-functions-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path, labels: { role: "web" } }] });

const plan = new Plan("functions", { fleet, params: { keep: { type: "integer", default: 2, min: 1 } } });

const prune = plan.taskFunc("prune", async ({ params, client, fleet: hosts, log, progress, signal }) => {
  // Operations in passing go through the same dispatch as tasks.
  const script = "mkdir -p releases/1 releases/2 releases/3 && ls releases";
  const listed = await client.call(ops.command.shell({ script }), "web1");
  const releases = listed.results[0]?.data?.stdout.trim().split("\n") ?? [];
  const old = releases.slice(0, -params.keep);
  for (const [index, release] of old.entries()) {
    signal.throwIfAborted(); // Aborts when the run is cancelled or the attempt is out of time.
    const path = `/releases/${release}`;
    await client.call(ops.file.directory({ path, state: "absent", recursive: true }), "web1");
    log(`removed ${path}`);
    progress((100 * (index + 1)) / old.length);
  }
  return { changed: old.length > 0, data: { removed: old, hosts: hosts.hosts().map((host) => host.name) } };
});

// Besides changed and unchanged a function may say skipped or failed; throwing fails, too.
plan.taskFunc("optional", () => ({ changed: false, status: "skipped", reason: "no licence for it" }));
// The token stays the same when this attempt is sent again: a key for systems that must not do a thing twice.
const order = plan
  .taskFunc("order", ({ attempt, idempotencyToken }) => {
    if (attempt === 1) throw new Error(`lost the answer to ${idempotencyToken}`);
    return { changed: true, data: { idempotencyToken } };
  })
  .retry(1);

const output: string[] = [];
const report = await plan.run({ params: { keep: 1 }, observer: { onOutput: ({ text }) => output.push(text) } });
console.log(output.join("\n"));

assert.deepEqual(report.result(prune)?.data, { removed: ["1", "2"], hosts: ["web1"] });
assert.deepEqual(
  output.filter((line) => line.startsWith("removed")),
  ["removed /releases/1", "removed /releases/2"],
);
assert.equal(report.result("optional")?.reason, "no licence for it");
assert.equal(report.result(order)?.attempts, 2);
