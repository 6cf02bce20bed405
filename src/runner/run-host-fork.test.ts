import assert from "node:assert/strict";
import { test } from "node:test";
import { must } from "../base/assert.ts";
import type { JsonObject } from "../base/json.ts";
import { ok } from "../base/result.ts";
import { MemoryLog } from "../eventlog/memory-log.ts";
import { authorCode } from "../library/author-code.ts";
import { localFleet } from "../library/local-fleet.ts";
import { Plan } from "../library/plan.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import type { RunParts } from "./plan-source.ts";
import { RunHost } from "./run-host.ts";
import type { StartRequest } from "./start-request.ts";

interface World extends AsyncDisposable {
  readonly host: RunHost;
  /** Names of the functions that were called, in order. */
  readonly calls: string[];
  readonly request: (more?: Partial<StartRequest>) => StartRequest;
  /** Opens the log again, as another process would. */
  readonly reopen: () => Promise<RunHost>;
}

/** Three functions in a row; the last fails until it is mended. */
async function world(isBroken = false): Promise<World> {
  const calls: string[] = [];
  const fleet = localFleet();
  const plan = new Plan("site");
  const fetched = plan.taskFunc("fetch", () => {
    calls.push("fetch");
    return { changed: true, data: { size: 3 } };
  });
  const built = plan
    .taskFunc("build", () => {
      calls.push("build");
      return { changed: true };
    })
    .dependsOn(fetched);
  plan
    .taskFunc("deploy", ({ params }) => {
      calls.push("deploy");
      if (isBroken && Reflect.get(params, "mended") !== true) throw new Error("the disk is full");
      return { changed: true };
    })
    .dependsOn(built);
  const parts = (): RunParts => ({ plan: plan.compile(), fleet, userCode: authorCode });
  const log = new MemoryLog({ keepsEvents: true });
  const clock = new FakeClock();
  let seed = 1;
  const reopen = () =>
    RunHost.open({ log, clock, random: new SeededRandom(seed++), plans: { load: async () => ok(parts()) } });
  const host = await reopen();
  return {
    host,
    calls,
    reopen,
    request: (more) => ({ parts: parts(), params: {}, options: {}, source: { kind: "test" }, ...more }),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await fleet[Symbol.asyncDispose]();
    },
  };
}

async function ended(host: RunHost, request: StartRequest) {
  const started = await host.start(request);
  assert.ok(started.ok, started.ok ? "" : started.error.map(({ message }) => message).join());
  return started.value.ended;
}

test("given a run that failed, when it is forked with the same code, then only what failed runs again", async () => {
  await using given = await world(true);
  const first = await ended(given.host, given.request());
  assert.equal(first.verdict, "failed");
  given.calls.length = 0;
  const fork = { runId: first.runId, isSameCode: true };
  const second = await ended(given.host, given.request({ fork }));
  assert.deepEqual(given.calls, ["deploy"]);
  assert.notEqual(second.runId, first.runId);
  assert.deepEqual(second.task(0).data, { size: 3 }, "results come along");
  assert.equal(second.task(0).decision?.from, first.runId);
});

test("given edited parameters, when a run is forked, then functions run again, for they could see them", async () => {
  await using given = await world(true);
  const first = await ended(given.host, given.request());
  given.calls.length = 0;
  const params: JsonObject = { mended: true };
  const second = await ended(given.host, given.request({ params, fork: { runId: first.runId, isSameCode: true } }));
  assert.equal(second.verdict, "succeeded");
  assert.deepEqual(given.calls, ["fetch", "build", "deploy"]);
});

test("given a task to begin from, when a run is forked, then that and what depends on it runs again", async () => {
  await using given = await world();
  const first = await ended(given.host, given.request());
  given.calls.length = 0;
  await ended(given.host, given.request({ fork: { runId: first.runId, from: ["build"], isSameCode: true } }));
  assert.deepEqual(given.calls, ["build", "deploy"]);
});

test("given another code, when a run is forked, then no function is taken over", async () => {
  await using given = await world();
  const first = await ended(given.host, given.request());
  given.calls.length = 0;
  await ended(given.host, given.request({ fork: { runId: first.runId, isSameCode: false } }));
  assert.deepEqual(given.calls, ["fetch", "build", "deploy"]);
});

test("given a fork, when it is asked what it would do, then it says so and starts nothing", async () => {
  await using given = await world();
  const first = await ended(given.host, given.request());
  const fork = { runId: first.runId, from: ["deploy"], isSameCode: true };
  const told = await given.host.previewFork(given.request({ fork }));
  assert.deepEqual(told, ok({ adopted: ["fetch", "build"], again: ["deploy"] }));
  assert.equal(given.host.runs().length, 1);
});

test("given a task nobody knows, when a run is forked from it, then it is refused with the nearest name", async () => {
  await using given = await world();
  const first = await ended(given.host, given.request());
  const fork = { runId: first.runId, from: ["deplo", "x".repeat(9_999)], isSameCode: true };
  const refused = await given.host.start(given.request({ fork }));
  assert.ok(!refused.ok);
  assert.deepEqual(
    refused.error.map(({ code }) => code),
    ["DRV_RUN_TASK_UNKNOWN", "DRV_RUN_TASK_UNKNOWN"],
  );
  assert.match(must(refused.error[0], "two errors").hint ?? "", /deploy/);
  assert.equal(given.host.runs().length, 1);
});

test("given a run nobody knows, when it is forked, then it is refused", async () => {
  await using given = await world();
  await using other = await world();
  const first = await ended(other.host, other.request());
  const refused = await given.host.start(given.request({ fork: { runId: first.runId, isSameCode: true } }));
  assert.equal(refused.ok ? "" : refused.error[0]?.code, "DRV_RUN_UNKNOWN");
});

test("given a fork, when another process reads the log, then it tells the same run", async () => {
  await using given = await world();
  const first = await ended(given.host, given.request());
  const second = await ended(given.host, given.request({ fork: { runId: first.runId, isSameCode: true } }));
  await using again = await given.reopen();
  const told = await again.view(second.runId);
  assert.ok(told.ok);
  assert.deepEqual(told.value.counts, second.counts);
  assert.equal(told.value.task(2).decision?.verb, "adopted");
});
