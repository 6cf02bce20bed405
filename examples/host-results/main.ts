// Per-host results: what each host answered, in the report and in later tasks.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";
import { z } from "zod";

using folder = mkdtempDisposableSync("/tmp/drover-host-results-");
const names = ["web1", "web2", "web3"];
for (const name of names) mkdirSync(`${folder.path}/${name}`);
writeFileSync(`${folder.path}/web2/queue`, "12\n");
writeFileSync(`${folder.path}/web3/queue`, "30\n");
await using fleet = localFleet({ hosts: names.map((name) => ({ name, root: `${folder.path}/${name}` })) });

const printed = z.object({ stdout: z.string() });

const plan = new Plan("queues", { fleet });
// A host without a queue fails; up to one of them may.
const count = plan.task("count", ops.command.exec({ command: "cat", args: ["queue"] }), { target: "_all" }).maxFail(1);
const total = plan
  .taskFunc("total", ({ results }) => {
    const counted = results.hostResults(count).filter((host) => host.error === undefined);
    // `hostname`, `status`, `changed`, `error`, `data`, `durationMs`; the data is what the operation returned.
    const lengths = counted.map(({ data }) => Number(printed.parse(data).stdout));
    return { changed: false, data: { hosts: counted.length, length: lengths.reduce((sum, one) => sum + one, 0) } };
  })
  .dependsOn(count);

const report = await plan.run();
for (const { hostname, status, error } of report.result(count)?.hostResults ?? []) {
  console.log(`${hostname}: ${status} ${error?.message ?? ""}`);
}
console.log(report.result(total)?.data);

assert.equal(report.ok, true);
assert.equal(report.result(count)?.hostResults[0]?.error?.code, "DRV_COMMAND_EXIT");
assert.deepEqual(report.result(total)?.data, { hosts: 2, length: 42 });
