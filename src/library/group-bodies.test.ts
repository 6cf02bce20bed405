import assert from "node:assert/strict";
import { mkdtempDisposableSync, readFileSync, existsSync } from "node:fs";
import { test } from "node:test";
import { ops } from "../operation/ops.ts";
import { localFleet } from "./local-fleet.ts";
import { Plan } from "./plan.ts";

test("given a list of items, when a task of each returns its own, then none has that of another", async () => {
  const plan = new Plan("items");
  plan.foreach("f", ["a", "b", "c"], (item, part) => {
    part.taskFunc("t", () => ({ changed: item === "b", data: item }));
  });
  const report = await plan.run();
  assert.deepEqual(
    ["a", "b", "c"].map((key) => report.result(`f[${key}].t`)?.data),
    ["a", "b", "c"],
  );
  assert.deepEqual([report.result("f[a].t")?.changed, report.result("f[b].t")?.changed], [false, true]);
});

test("given a matrix, when its copies run, then each sees its own combination", async () => {
  const plan = new Plan("matrix");
  plan.matrix("build", { os: ["debian", "alpine"], version: [1, 2] }, ({ os, version }, part) => {
    const compile = part.taskFunc("compile", () => ({ changed: true, data: `${os}-${version}` }));
    part.taskFunc("pack", ({ results }) => ({ changed: false, data: results.get(compile) })).dependsOn(compile);
  });
  const report = await plan.run();
  assert.deepEqual(
    ["debian,1", "debian,2", "alpine,1", "alpine,2"].map((key) => report.result(`build[${key}].pack`)?.data),
    ["debian-1", "debian-2", "alpine-1", "alpine-2"],
  );
});

test("given lists inside a list, when they run, then inner tasks know both items", async () => {
  const plan = new Plan("nested");
  plan.foreach("site", ["x", "y"], (site, outer) => {
    outer.foreach("host", [1, 2], (host, inner) => {
      inner.taskFunc("name", () => ({ changed: false, data: `${site}${host}` }));
    });
  });
  const report = await plan.run();
  assert.equal(report.result("site[y].host[1].name")?.data, "y1");
  assert.equal(report.result("site[x].host[2].name")?.data, "x2");
});

test("given items with other targets and parameters, when they run, then each file lies on its own host", async () => {
  using web = mkdtempDisposableSync("/tmp/drover-web-");
  using db = mkdtempDisposableSync("/tmp/drover-db-");
  await using fleet = localFleet({
    hosts: [
      { name: "web", root: web.path },
      { name: "db", root: db.path },
    ],
  });
  const plan = new Plan("files", { fleet });
  plan.foreach(
    "host",
    [
      { name: "web", path: "/site.conf" },
      { name: "db", path: "/data.conf" },
    ],
    ({ name, path }, part) => {
      part.task("conf", ops.file.deploy({ path, content: `for ${name}\n` }), name);
    },
  );
  const report = await plan.run();
  assert.equal(report.verdict, "succeeded");
  assert.equal(readFileSync(`${web.path}/site.conf`, "utf8"), "for web\n");
  assert.equal(readFileSync(`${db.path}/data.conf`, "utf8"), "for db\n");
  assert.equal(existsSync(`${web.path}/data.conf`), false);
  assert.deepEqual(
    report.result("host[db].conf")?.hostResults.map(({ hostname }) => hostname),
    ["db"],
  );
});

test("given a later item with a host that is not in the fleet, when the run starts, then it is refused", async () => {
  const plan = new Plan("hosts");
  plan.foreach("host", ["_any", "nowhere"], (host, part) => {
    part.task("look", ops.node.osGet(), host);
  });
  await assert.rejects(plan.run(), /nowhere/);
});

test("given items that changed files, when a later one fails, then all are rolled back by their own undo", async () => {
  using folder = mkdtempDisposableSync("/tmp/drover-undo-");
  const undone: string[] = [];
  const plan = new Plan("undo", { rollback: "onFailure", target: "_any" });
  const group = plan.foreach("item", ["a", "b"], (item, part) => {
    part.task("file", ops.file.deploy({ path: `${folder.path}/${item}`, content: item }));
    part
      .taskFunc("mark", () => ({ changed: true }))
      .undo(() => {
        undone.push(item);
        return { changed: true };
      });
  });
  plan
    .taskFunc("check", () => {
      throw new Error("no good");
    })
    .dependsOn(group);
  const report = await plan.run();
  assert.equal(report.verdict, "rolledBack");
  assert.deepEqual(undone.toSorted(), ["a", "b"]);
  assert.deepEqual(
    ["a", "b"].map((item) => existsSync(`${folder.path}/${item}`)),
    [false, false],
  );
});
