import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryLoader } from "../definition/plan-file/source-loader.ts";
import { parsePlanFile } from "./parse-plan-file.ts";
import { parseTarget } from "./target.ts";

const HOSTS = [
  { name: "web1", labels: { role: "web", zone: "eu" } },
  { name: "web2", labels: { role: "web", zone: "us" } },
  { name: "db1", labels: { role: "db", zone: "eu" } },
  { name: "bare", labels: {} },
];

function meant(condition: string): readonly string[] {
  const target = parseTarget(`where(${condition})`);
  assert.ok(target.ok && target.value.kind === "where", JSON.stringify(target));
  const { matches } = target.value;
  return HOSTS.filter(matches).map(({ name }) => name);
}

test("given a condition over hosts, when it is a target, then it means those for which it holds", () => {
  assert.deepEqual(meant('host.labels.role == "web" && host.labels.zone != "us"'), ["web1"]);
  assert.deepEqual(meant('host.name in ["db1", "bare"]'), ["db1", "bare"]);
  assert.deepEqual(meant('startsWith(host.name, "web")'), ["web1", "web2"]);
  assert.deepEqual(meant("host.labels.length == 0"), ["bare"]);
  assert.deepEqual(meant('host.labels["__proto__"] == "x"'), []);
});

async function problemsOf(where: string): Promise<readonly (readonly unknown[])[]> {
  const content = `version: 1\nname: p\ntasks:\n  a:\n    node.uptime:\n    target: { where: ${where} }\n`;
  const parsed = await parsePlanFile({ name: "p.yml", content }, memoryLoader(new Map()));
  const all = parsed.ok ? parsed.value.diagnostics : parsed.error;
  return all.map(({ code, at }) => [code, at.line, at.column]);
}

test("given a condition that is wrong, when a file is checked, then each mistake is told at its place", async () => {
  assert.deepEqual(await problemsOf("'host.labels.role == \"x\" || true'"), []);
  assert.deepEqual(await problemsOf("'host.labels.role == 1'"), [["DRV_EXPRESSION_TYPE", 6, 23]]);
  assert.deepEqual(await problemsOf('"host.lables.role == 2"'), [["DRV_EXPRESSION_MEMBER_UNKNOWN", 6, 28]]);
  assert.deepEqual(await problemsOf('"host.name"'), [["DRV_EXPRESSION_CONDITION", 6, 23]]);
  assert.deepEqual(await problemsOf('"params.x"'), [["DRV_EXPRESSION_NAME_UNKNOWN", 6, 23]]);
  assert.deepEqual(await problemsOf('"host.name =="'), [["DRV_EXPRESSION_SYNTAX", 6, 35]]);
});
