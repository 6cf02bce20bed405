import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { KeptLog } from "./test-kit/kept-log.ts";
import { openView } from "./view-reader.ts";

const CREATED = {
  type: "run.created",
  v: 1,
  at: 1_000,
  runId: "x",
  plan: "p",
  params: {},
  maxParallel: 1,
  isDryRun: false,
  rollback: "off",
  onUnknownHeld: "finish",
};
const DISPATCHED = { type: "task.dispatched", v: 1, at: 1_001, task: 0, attempt: 1 };
const COMPLETED = { type: "task.completed", v: 1, at: 1_002, task: 0, attempt: 1, outcome: { status: "changed" } };

/** A good run beside one that gets `body` as its second row; answers what the view says of both. */
function givenPoison(context: TestContext, body: string) {
  const log = new KeptLog(context);
  log.append("run/bad", [CREATED]);
  log.append("run/good", [CREATED, DISPATCHED]);
  log.appendBody("run/bad", body);
  log.append("run/bad", [COMPLETED]);
  log.append("run/good", [COMPLETED]);
  log.project();
  using view = openView(log.data);
  assert.equal(view.position, 5);
  const good = view.run("good");
  assert.deepEqual([good?.counts.changed, good?.quarantine], [1, undefined]);
  return view.run("bad");
}

const POISON: Readonly<Record<string, string>> = {
  "no JSON": "{",
  "no list": '{"type":"run.completed"}',
  "an event that is no object": "[null]",
  "an unknown event": '[{"type":"moon.landed","v":1,"at":5}]',
  "an event of a later version": '[{"type":"run.completed","v":99,"at":5,"verdict":"failed"}]',
  "a prototype as type": '[{"type":"__proto__","v":1,"at":5}]',
  "no time": '[{"type":"run.completed","v":1,"verdict":"failed"}]',
  "a task of the wrong type": '[{"type":"task.dispatched","v":1,"at":5,"task":"0","attempt":1}]',
  "a task without end": '[{"type":"task.dispatched","v":1,"at":5,"task":1e300,"attempt":1}]',
  "ranges without end": '[{"type":"tasks.notRun","v":1,"at":5,"ranges":[[0,1e15]],"reason":"x"}]',
  "ranges that run backwards": '[{"type":"tasks.notRun","v":1,"at":5,"ranges":[[5,1]],"reason":"x"}]',
  "an outcome that is none":
    '[{"type":"task.completed","v":1,"at":5,"task":0,"attempt":1,"outcome":{"status":"great"}}]',
  "a failure without an error":
    '[{"type":"task.completed","v":1,"at":5,"task":0,"attempt":1,"outcome":{"status":"failed"}}]',
  "a blob that is not there": `[{"type":"task.completed","v":1,"at":5,"task":0,"blob":"${"0".repeat(64)}"}]`,
  "a blob with a path for a hash": '[{"type":"task.completed","v":1,"at":5,"task":0,"blob":"../../etc/passwd"}]',
};

for (const [what, body] of Object.entries(POISON)) {
  test(`given a row with ${what}, when the log is projected, then that run is quarantined and the others go on`, (context) => {
    const bad = givenPoison(context, body);
    assert.deepEqual([bad?.quarantine?.position, bad?.position, bad?.counts.changed], [3, 1, 0]);
    assert.match(bad?.quarantine?.code ?? "", /^DRV_/);
  });
}

test("given a row whose checksum is wrong, when the log is projected, then its run is quarantined", (context) => {
  const log = new KeptLog(context);
  log.append("run/bad", [CREATED]);
  log.append("run/bad", [DISPATCHED]);
  log.append("run/good", [CREATED, DISPATCHED, COMPLETED]);
  log.close();
  const segment = new DatabaseSync(join(log.data, "log-0001.db"));
  segment.exec(`UPDATE log SET body = replace(body, '"task":0', '"task":9') WHERE seq = 2`);
  segment.close();
  log.project();
  using view = openView(log.data);
  assert.deepEqual([view.run("bad")?.quarantine?.code, view.run("bad")?.quarantine?.position], ["DRV_LOG_DAMAGED", 2]);
  assert.equal(view.run("good")?.counts.changed, 1);
});

test("given a row that is missing, when the log is projected, then only the run it belonged to is quarantined", (context) => {
  const log = new KeptLog(context);
  log.append("run/bad", [CREATED]);
  log.append("run/bad", [DISPATCHED]);
  log.append("run/good", [CREATED, DISPATCHED]);
  log.append("run/bad", [COMPLETED]);
  log.append("run/good", [COMPLETED]);
  log.close();
  const segment = new DatabaseSync(join(log.data, "log-0001.db"));
  segment.exec("DELETE FROM log WHERE seq = 2");
  segment.close();
  log.project();
  using view = openView(log.data);
  assert.deepEqual([view.run("bad")?.quarantine?.code, view.run("bad")?.position], ["DRV_VIEW_ROW_MISSING", 1]);
  assert.equal(view.run("good")?.counts.changed, 1);
  assert.deepEqual(
    view.runs({ status: "quarantined" }).rows.map(({ id }) => id),
    ["bad"],
  );
});
