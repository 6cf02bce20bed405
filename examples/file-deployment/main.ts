// Files: upload a template, deploy it rendered with facts and variables, ask whether it drifted, take it away again.
import assert from "node:assert/strict";
import { existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";
import { z } from "zod";

using folder = mkdtempDisposableSync("/tmp/drover-files-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path }] });
const file = `${folder.path}/etc/site.conf`;

const deployment = new Plan("deploy", { fleet, target: "web1" });
const upload = deployment.task(
  "upload",
  ops.file.upload({
    name: "site.conf",
    content: "listen {{ vars.port }}\ncpus {{ facts.cpuCount }}\n",
    contentType: "template",
  }),
);
const deploy = deployment
  .task("deploy", ops.file.deploy({ path: "/etc/site.conf", source: "site.conf", vars: { port: 80 }, mode: "0640" }))
  .dependsOn(upload);

const status = new Plan("status", { fleet, target: "web1" });
const look = status.task("look", ops.file.status({ path: "/etc/site.conf" }));
const answer = z.object({ status: z.string(), differs: z.array(z.string()) });
const statusNow = async () => (await status.run()).decode(look, answer);

const first = await deployment.run();
assert.deepEqual([first.result(upload)?.status, first.result(deploy)?.status], ["changed", "changed"]);
assert.match(readFileSync(file, "utf8"), /^listen 80\ncpus \d+\n$/);
assert.equal((await statusNow()).status, "in-sync");

// Nothing to do the second time: the same content is not uploaded again, the same file not written again.
const second = await deployment.run();
assert.equal(second.view.counts.unchanged, 2);

// Somebody edits the file. It is found, shown as a diff, and repaired.
writeFileSync(file, readFileSync(file, "utf8").replace("80", "8080"));
const drifted = await statusNow();
assert.deepEqual([drifted.status, drifted.differs], ["drifted", ["content"]]);
const third = await deployment.run();
console.log(third.result(deploy)?.hostResults[0]?.changes?.[0]?.diff);
assert.equal(third.view.counts.changed, 1);

const removal = new Plan("remove", { fleet, target: "web1" });
removal.task("remove", ops.file.undeploy({ path: "/etc/site.conf" }));
await removal.run();
assert.equal(existsSync(file), false);
assert.equal((await statusNow()).status, "missing");
