// Introspection: everything a plan can tell without running.
import assert from "node:assert/strict";
import { DroverError, ops, Plan, retry } from "drover";

const plan = new Plan("release", { target: "role:web" });
const build = plan.taskFunc("build", () => ({ changed: true })).estimate("2m");
const test = plan
  .taskFunc("test", () => ({ changed: false }))
  .dependsOn(build)
  .estimate("5m");
const docs = plan
  .taskFunc("docs", () => ({ changed: true }))
  .dependsOn(build)
  .estimate("1m");
plan
  .task("deploy", ops.file.deploy({ path: "/srv/app", content: "…" }))
  .dependsOn(test, docs)
  .onlyIfChanged()
  .onError(retry(2, "1s"))
  .estimate("30s");

plan.validate();
console.log(plan.explain());
console.log(plan.graph());

assert.deepEqual(plan.levels(), [["build"], ["test", "docs"], ["deploy"]]);
assert.deepEqual(plan.criticalPath(), { path: ["build", "test", "deploy"], lengthMs: 450_000 });
assert.match(plan.graph({ format: "mermaid" }), /^flowchart|^graph/m);
assert.match(plan.graph({ format: "dot" }), /^digraph/);
assert.match(plan.graph({ format: "svg" }), /^<svg|^<\?xml/);
assert.equal(typeof JSON.parse(plan.graph({ format: "json" })), "object");
// The same plan has the same fingerprint, wherever it was built.
assert.match(plan.fingerprint(), /^[0-9a-f]{64}$/);

// Everything that is wrong is reported together, each with a code, the place and a hint.
const broken = new Plan("broken", { target: "_any" });
broken.task("deploy", ops.file.deploy({ path: "relative", content: "x" })).dependsOn("biuld");
broken.taskFunc("build", () => ({ changed: true })).retry(-1);
broken.taskFunc("build", () => ({ changed: true }));
assert.throws(
  () => broken.validate(),
  (thrown: unknown) => {
    assert(thrown instanceof DroverError);
    for (const { code, message, hint } of thrown.errors)
      console.log(`${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`);
    return thrown.errors.length === 4;
  },
);
