import assert from "node:assert/strict";
import { test } from "node:test";
import type { Target } from "../plan/compiled-plan.ts";
import { matchTarget } from "./match-target.ts";

const hosts = [
  { name: "db1", labels: { group: "db" } },
  { name: "web1", labels: { group: "web" } },
  { name: "web2", labels: { group: "web.dev" } },
  { name: "site", labels: { group: "website" } },
];

const label = (key: string, value: string): Target => ({ kind: "label", text: `${key}:${value}`, key, value });

test("given _all, when it is matched, then every host is in it", () => {
  assert.deepEqual(matchTarget({ kind: "all", text: "_all" }, hosts), {
    ok: true,
    value: ["db1", "web1", "web2", "site"],
  });
});

test("given a hierarchical label, when it is matched, then its parts match but not mere prefixes", () => {
  assert.deepEqual(matchTarget(label("group", "web"), hosts), { ok: true, value: ["web1", "web2"] });
  assert.deepEqual(matchTarget(label("group", "web.dev"), hosts), { ok: true, value: ["web2"] });
});

test("given the name of an absent host, when it is matched, then the error names the target and the hosts there are", () => {
  const matched = matchTarget({ kind: "host", text: "web9", name: "web9" }, hosts);
  assert.ok(!matched.ok);
  assert.equal(matched.error.code, "DRV_FLEET_NO_HOST");
  assert.match(matched.error.message, /"web9".*db1, web1, web2, site/);
});

test("given a container, when it is matched, then it is a host of its own where containers can be reached", () => {
  const local: Target = { kind: "container", text: "docker:box", container: "box" };
  const elsewhere: Target = { kind: "container", text: "docker:box@db1", container: "box", host: "db1" };
  const nowhere: Target = { kind: "container", text: "docker:box@db9", container: "box", host: "db9" };
  for (const target of [local, elsewhere]) {
    assert.equal(matchTarget(target, hosts).ok, false);
    assert.deepEqual(matchTarget(target, hosts, { reachesContainers: true }), { ok: true, value: [target.text] });
  }
  assert.equal(matchTarget(nowhere, hosts, { reachesContainers: true }).ok, false);
});

test("given the label key __proto__, when it is matched, then it matches nothing", () => {
  assert.equal(matchTarget(label("__proto__", "x"), hosts).ok, false);
});
