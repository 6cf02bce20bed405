// Bridges: answers of another system become results of a task, host by host.
import assert from "node:assert/strict";
import { collectionResult, continueRun, Plan, structToMap } from "drover";

/** What some monitoring system answers. */
class Probe {
  readonly host: string;
  readonly latencyMs: number;
  readonly isUp: boolean;

  constructor(host: string, latencyMs: number, isUp = true) {
    this.host = host;
    this.latencyMs = latencyMs;
    this.isUp = isUp;
  }
}
const answers = {
  jobId: "probe-17",
  results: [new Probe("web1", 12), new Probe("web2", 900), new Probe("db1", 0, false)],
};

const plan = new Plan("bridge", { onError: continueRun });
const probe = plan
  .taskFunc("probe", () =>
    collectionResult(answers, ({ host, isUp, latencyMs }) => ({
      hostname: host,
      changed: false,
      data: { latencyMs },
      ...(isUp ? {} : { error: { code: "PROBE_DOWN", message: `Cannot reach ${host}: no answer` } }),
    })),
  )
  .tolerate();
const slowest = plan
  .taskFunc("slowest", () => {
    const [worst] = answers.results.toSorted((one, other) => other.latencyMs - one.latencyMs);
    // Any object with a JSON form becomes plain data; what has none becomes `undefined`.
    return { changed: false, data: structToMap(worst) ?? null };
  })
  .dependsOn(probe, { on: "always" });
// A host that failed fails the task, so guards and strategies see it.
const alarm = plan
  .taskFunc("alarm", () => ({ changed: true }))
  .dependsOn(probe)
  .onlyIfAnyHostFailed();

const report = await plan.run();
for (const { hostname, status, error } of report.result(probe)?.hostResults ?? []) {
  console.log(`${hostname}: ${status} ${error?.message ?? ""}`);
}

assert.equal(report.result(probe)?.status, "failed");
assert.deepEqual(report.result(slowest)?.data, { host: "web2", latencyMs: 900, isUp: true });
assert.equal(report.result(alarm)?.status, "changed");
assert.equal(
  structToMap(() => 1),
  undefined,
);
