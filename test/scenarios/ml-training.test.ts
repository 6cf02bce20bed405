import assert from "node:assert/strict";
import { existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { continueRun, localFleet, Plan, type Report, type RunHandle } from "drover";
import { z } from "zod";

// A line is fitted by gradient descent with several learning rates, each trial in a process of its own. The best model
// goes through a gate of quality and an approval before it is published.

const TRAINER = `
import { readFileSync } from "node:fs";
const { rate, steps } = JSON.parse(readFileSync(0, "utf8"));
const points = readFileSync("points.csv", "utf8").trim().split("\\n").map((line) => line.split(",").map(Number));
let [slope, shift] = [0, 0];
for (let step = 0; step < steps; step++) {
  let [bySlope, byShift] = [0, 0];
  for (const [x, y] of points) {
    const error = slope * x + shift - y;
    bySlope += (2 * error * x) / points.length;
    byShift += (2 * error) / points.length;
  }
  slope -= rate * bySlope;
  shift -= rate * byShift;
}
const loss = points.reduce((sum, [x, y]) => sum + (slope * x + shift - y) ** 2, 0) / points.length;
if (!Number.isFinite(loss)) { console.error("the loss is not finite"); process.exit(1); }
console.log(JSON.stringify({ rate, slope, shift, loss }));
`;

const modelSchema = z.object({ rate: z.number(), slope: z.number(), shift: z.number(), loss: z.number() });
const printedSchema = z.object({ stdout: z.string() });

interface TrainingOptions {
  readonly rates?: readonly number[];
  readonly lossMax?: number;
}

/** A machine with data, and the plan that trains on it. */
class Laboratory implements AsyncDisposable {
  readonly folder = mkdtempDisposableSync("/tmp/drover-ml-");
  readonly fleet = localFleet({ hosts: [{ name: "gpu1", root: this.folder.path }] });

  constructor() {
    writeFileSync(join(this.folder.path, "train.mjs"), TRAINER);
    const points = Array.from({ length: 20 }, (_, x) => `${x / 10},${(3 * x) / 10 + 1}`);
    writeFileSync(join(this.folder.path, "points.csv"), `${points.join("\n")}\n`);
  }

  plan({ rates = [0.001, 0.1], lossMax = 1 }: TrainingOptions = {}): Plan {
    const plan = new Plan("training", { fleet: this.fleet, target: "gpu1", onError: continueRun });
    const names = rates.map((rate) => `trials[${rate}].train`);
    const trials = plan
      .foreach("trials", rates, (rate, part) => {
        part
          .script("train", {
            interpreter: [process.execPath],
            script: TRAINER,
            target: "gpu1",
            input: { rate, steps: 200 },
          })
          .tolerate();
      })
      .tolerate();
    const best = plan
      .taskFunc("select", ({ results }) => {
        const models = names.flatMap((name) => {
          const printed = results.decode(name, printedSchema);
          return printed.ok && results.status(name) === "changed"
            ? [modelSchema.parse(JSON.parse(printed.value.stdout))]
            : [];
        });
        const [model] = models.toSorted((one, other) => one.loss - other.loss);
        if (model === undefined) throw new Error("no trial gave a model");
        return { changed: false, data: { model, trialCount: models.length } };
      })
      .dependsOn(trials, { on: "always" });
    const good = ({ loss }: { readonly loss: number }): boolean => loss <= lossMax;
    const approval = plan
      .approval("approve", { message: "Publish the model?" })
      .dependsOn(best)
      .when(({ results }) => good(results.get(best)?.model ?? { loss: Infinity }), `the loss is above ${lossMax}`);
    plan
      .task("publish", {
        operation: "file.deploy",
        params: ({ results }) => ({ path: "/models/line.json", content: JSON.stringify(results.get(best)?.model) }),
      })
      .dependsOn(approval)
      .when(({ results }) => results.status("approve") !== "skipped", "nothing was approved");
    return plan;
  }

  /** The published model. */
  published(): z.output<typeof modelSchema> | undefined {
    const file = join(this.folder.path, "models/line.json");
    return existsSync(file) ? modelSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

/** Runs a plan and answers its approval gate when it is reached. */
async function answered(plan: Plan, answer: (handle: RunHandle) => void): Promise<Report> {
  const handle = plan.start({
    observer: {
      onEvents: (events) => {
        if (events.some((event) => event.type === "gate.entered")) queueMicrotask(() => answer(handle));
      },
    },
  });
  return handle.report;
}

const approve = (handle: RunHandle): void => handle.approve("approve", { actor: "ada" });

test("given several learning rates, when training runs, then the model with the smallest loss is published", async () => {
  await using laboratory = new Laboratory();
  const report = await answered(laboratory.plan({ rates: [0.001, 0.1, 0.01] }), approve);
  assert.equal(report.ok, true, report.error?.message);
  const model = laboratory.published();
  assert.equal(model?.rate, 0.1);
  assert(Math.abs(model.slope - 3) < 0.2 && Math.abs(model.shift - 1) < 0.2, JSON.stringify(model));
});

test("given a learning rate that diverges, when training runs, then the best of the others is published", async () => {
  await using laboratory = new Laboratory();
  const report = await answered(laboratory.plan({ rates: [1_000_000, 0.1] }), approve);
  assert.equal(report.result("trials[1000000].train")?.status, "failed");
  assert.equal(report.ok, true, report.error?.message);
  assert.equal(laboratory.published()?.rate, 0.1);
});

test("given only learning rates that diverge, when training runs, then the run fails and nothing is published", async () => {
  await using laboratory = new Laboratory();
  const report = await laboratory.plan({ rates: [1_000_000, 2_000_000] }).run();
  assert.match(report.result("select")?.error?.message ?? "", /no trial gave a model/);
  assert.deepEqual([report.verdict, laboratory.published()], ["failed", undefined]);
});

test("given a model that is not good enough, when training runs, then nobody is asked and nothing is published", async () => {
  await using laboratory = new Laboratory();
  const report = await laboratory.plan({ rates: [0.001], lossMax: 0.000_001 }).run();
  assert.equal(report.ok, true, report.error?.message);
  assert.deepEqual(
    ["approve", "publish"].map((task) => report.result(task)?.reason),
    ["the loss is above 0.000001", "nothing was approved"],
  );
  assert.equal(laboratory.published(), undefined);
});

test("given a good model, when a person refuses it, then it is not published and the report says why", async () => {
  await using laboratory = new Laboratory();
  const report = await answered(laboratory.plan(), (handle) =>
    handle.reject("approve", { actor: "grace", reason: "trained on last year's data" }),
  );
  assert.equal(report.verdict, "failed");
  assert.match(report.result("approve")?.error?.message ?? "", /last year's data/);
  assert.equal(laboratory.published(), undefined);
});

test("given a published model, when training runs again on the same data, then the model is unchanged", async () => {
  await using laboratory = new Laboratory();
  await answered(laboratory.plan(), approve);
  const report = await answered(laboratory.plan(), approve);
  assert.equal(report.result("publish")?.status, "unchanged");
});

test("given one graphics card, when many trials are ready, then they have it one after the other", async () => {
  const plan = new Plan("trials", { concurrency: { gpu: 1 } });
  let [running, most] = [0, 0];
  for (let trial = 0; trial < 6; trial++) {
    plan
      .taskFunc(`trial-${trial}`, async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
        return { changed: true };
      })
      .concurrencyKey("gpu");
  }
  const report = await plan.run();
  assert.deepEqual([report.view.counts.changed, most], [6, 1]);
});

test("given a trial that falls silent, when its heartbeat is late, then the next attempt goes on from its checkpoint", async () => {
  const plan = new Plan("long-training");
  let checkpoint = 0;
  const trial = plan
    .taskFunc("train", async ({ attempt, progress, signal }) => {
      const startedAt = checkpoint;
      while (checkpoint < 10) {
        checkpoint += 1;
        progress(checkpoint * 10);
        if (attempt === 1 && checkpoint === 4) await new Promise((_resolve, reject) => onAbort(signal, reject));
      }
      return { changed: true, data: { startedAt, checkpoint } };
    })
    .timeouts({ heartbeat: "50ms" })
    .retry(1);
  const report = await plan.run();
  assert.deepEqual(report.result(trial)?.data, { startedAt: 4, checkpoint: 10 });
  assert.equal(report.result(trial)?.attempts, 2);
});

test("given running trials, when the run is cancelled, then they are stopped and the cleanup runs", async () => {
  const controller = new AbortController();
  const plan = new Plan("long-training");
  const reserve = plan.taskFunc("reserve-gpu", () => ({ changed: true }));
  const train = plan
    .taskFunc("train", async ({ signal }) => {
      const stopped = new Promise((_resolve, reject) => onAbort(signal, reject));
      controller.abort(new Error("the budget is spent"));
      await stopped;
      return { changed: true };
    })
    .dependsOn(reserve);
  plan.taskFunc("release-gpu", () => ({ changed: true })).dependsOn(train, { on: "always" });
  const report = await plan.run({ signal: controller.signal });
  assert.deepEqual(
    [report.verdict, ...["train", "release-gpu"].map((task) => report.result(task)?.status)],
    ["cancelled", "cancelled", "changed"],
  );
});

function onAbort(signal: AbortSignal, reject: (reason: unknown) => void): void {
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
}
