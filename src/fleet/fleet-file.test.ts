import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFleetFile } from "./fleet-file.ts";

const options = { file: "hosts.yml", resolveRoot: (root: string) => `/base/${root}` };

test("given a fleet file, when it is read, then hosts come sorted with labels, roots and facts", async () => {
  const read = await parseFleetFile(
    "hosts:\n  web2: { labels: { role: web } }\n  web1: { root: w1, facts: { rack: 4 } }\n",
    options,
  );
  assert.deepEqual(read, {
    ok: true,
    value: [
      { name: "web1", labels: {}, facts: { rack: 4 }, root: "/base/w1" },
      { name: "web2", labels: { role: "web" }, facts: {} },
    ],
  });
});

test("given several mistakes, when it is read, then each is reported with its path", async () => {
  const read = await parseFleetFile("hosts:\n  'a b': {}\n  web: { rot: x, labels: { 'a/b': c } }\n", options);
  assert.ok(!read.ok);
  assert.ok(read.error.length >= 3);
  assert.ok(read.error.every((problem) => problem.code === "DRV_FLEET_FILE_INVALID"));
});

test("given broken YAML, when it is read, then line and column are named", async () => {
  const read = await parseFleetFile("hosts:\n  web: {\n", options);
  assert.ok(!read.ok);
  assert.equal(read.error[0]?.at?.file, "hosts.yml");
  assert.ok((read.error[0]?.at?.line ?? 0) >= 2);
});

test("given an empty file, a list or an alias bomb, when it is read, then it is refused", async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nhosts: [*c,*c,*c,*c]\n`;
  for (const text of ["", "- a\n", "hosts: {}\n", bomb]) {
    assert.equal((await parseFleetFile(text, options)).ok, false, JSON.stringify(text.slice(0, 20)));
  }
});

test("given a host named __proto__, when it is read, then it is a host like any other", async () => {
  const read = await parseFleetFile('{"hosts": {"__proto__": {"labels": {"role": "web"}}}}', options);
  assert.ok(!read.ok || read.value.every((host) => host.name === "__proto__"));
});
