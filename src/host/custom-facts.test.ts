import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeHost } from "../testing/fake-host.ts";
import { readCustomFacts } from "./custom-facts.ts";

const FOLDER = "/etc/drover/facts.d";

function hostWith(files: { readonly [name: string]: number }, says: { readonly [name: string]: string }): FakeHost {
  const host = new FakeHost();
  for (const [name, mode] of Object.entries(files)) host.putFile(`${FOLDER}/${name}`, "", { mode });
  host.onExec(([path = ""]) => {
    const said = says[path.slice(FOLDER.length + 1)];
    return said === undefined ? { exitCode: 1 } : { stdout: said };
  });
  return host;
}

test("given executables, when facts are asked for, then JSON and text are facts under their names", async () => {
  const host = hostWith({ "rack.sh": 0o755, zone: 0o700 }, { "rack.sh": '{"row":3,"unit":"b"}\n', zone: "north\n" });
  assert.deepEqual(await readCustomFacts(host), { rack: { row: 3, unit: "b" }, zone: "north" });
});

test("given files that others may write, fail or are silent, when facts are asked for, then they tell none", async () => {
  const host = hostWith(
    { open: 0o777, data: 0o644, failing: 0o755, silent: 0o755, ".hidden": 0o755, "a b": 0o755 },
    { open: "x", data: "x", silent: "", ".hidden": "x", "a b": "x" },
  );
  assert.deepEqual(await readCustomFacts(host), {});
  assert.deepEqual(await readCustomFacts(new FakeHost()), {});
});
