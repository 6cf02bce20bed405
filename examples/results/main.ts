// Results between tasks: typed by task object, decoded by a schema, or looked up by name.
import assert from "node:assert/strict";
import { mkdtempDisposableSync, readFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";
import { z } from "zod";

using folder = mkdtempDisposableSync("/tmp/drover-results-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path }] });

const versionSchema = z.object({ major: z.number(), minor: z.number() });

const plan = new Plan("results", { fleet, target: "_any" });
const version = plan.taskFunc("version", () => ({ changed: false, data: { major: 2, minor: 7 } }));
const system = plan.task("system", ops.node.osGet());

// Parameters may come from results: the function is called when the task is about to start.
const notes = plan
  .task("notes", {
    operation: "file.deploy",
    params: ({ results }) => ({
      path: "/notes.txt",
      // By task object, with the types of what it returned; `undefined` when it returned nothing.
      content: `version ${results.get(version)?.major} on ${results.get(system)?.architecture}\n`,
    }),
  })
  .dependsOn(version, system);

const check = plan
  .taskFunc("check", ({ results }) => {
    // By name, read by a schema: what differs from it is reported with its place.
    const decoded = results.decode("version", versionSchema);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const wrong = results.decode("system", versionSchema);
    assert.equal(wrong.ok, false);
    return {
      changed: false,
      data: { next: decoded.value.minor + 1, status: results.status(notes), hasChanged: results.changed("notes") },
    };
  })
  .dependsOn(notes);

const report = await plan.run();
console.log(report.result(check)?.data);

assert.equal(report.ok, true);
assert.match(readFileSync(`${folder.path}/notes.txt`, "utf8"), /^version 2 on \w+\n$/);
assert.deepEqual(report.result(check)?.data, { next: 8, status: "changed", hasChanged: true });
// The report decodes too.
assert.deepEqual(report.decode(version, versionSchema), { major: 2, minor: 7 });
