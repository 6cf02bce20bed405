import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { continueRun, localFleet, ops, Plan, retry, type Report } from "drover";
import { z } from "zod";

// Orders are taken from two HTTP services and a file, checked, split by month, summed, and loaded into a warehouse of files.

const orderSchema = z.object({ id: z.number(), month: z.string().regex(/^\d{4}-\d{2}$/), amount: z.number() });
const ordersSchema = z.array(orderSchema);
type Order = z.output<typeof orderSchema>;

const SHOP: readonly Order[] = [
  { id: 1, month: "2026-01", amount: 10 },
  { id: 2, month: "2026-02", amount: 20 },
];
const PARTNER: readonly Order[] = [{ id: 3, month: "2026-02", amount: 5 }];
const ARCHIVE: readonly Order[] = [{ id: 4, month: "2025-12", amount: 7 }];

/** The places that orders come from and go to. */
class Platform implements AsyncDisposable {
  readonly folder = mkdtempDisposableSync("/tmp/drover-etl-");
  readonly fleet = localFleet({ hosts: [{ name: "warehouse", root: this.folder.path }] });
  /** What each service answers: a body, or a status. */
  readonly answers = new Map<string, unknown>([
    ["/shop", SHOP],
    ["/partner", PARTNER],
  ]);
  /** How often a service answers 503 before it works. */
  readonly outages = new Map<string, number>();
  readonly #server = createServer((request, response) => {
    const path = request.url ?? "/";
    const outage = this.outages.get(path) ?? 0;
    this.outages.set(path, Math.max(0, outage - 1));
    response.writeHead(outage > 0 ? 503 : 200, { "content-type": "application/json", connection: "close" });
    response.end(outage > 0 ? "{}" : JSON.stringify(this.answers.get(path)));
  });

  static async open(): Promise<Platform> {
    const platform = new Platform();
    mkdirSync(join(platform.folder.path, "archive"));
    writeFileSync(join(platform.folder.path, "archive/orders.json"), JSON.stringify(ARCHIVE));
    platform.#server.listen(0, "127.0.0.1");
    await once(platform.#server, "listening");
    return platform;
  }

  url(path: string): string {
    const address = this.#server.address();
    assert(typeof address === "object" && address !== null);
    return `http://127.0.0.1:${address.port}${path}`;
  }

  /** Sums by month, as they stand in the warehouse. */
  warehouse(): ReadonlyMap<string, unknown> {
    const folder = join(this.folder.path, "warehouse");
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
      files.map(({ name }) => [
        name.replace(".json", ""),
        JSON.parse(readFileSync(join(folder, name), "utf8")) as unknown,
      ]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await this.fleet[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

function etl(platform: Platform, { minOrders = 1 }: { readonly minOrders?: number } = {}): Plan {
  const plan = new Plan("etl", { fleet: platform.fleet, target: "warehouse" });
  const shop = plan
    .task("extract-shop", ops.http.request({ url: platform.url("/shop") }))
    .onError(retry(2).then(continueRun));
  const partner = plan
    .task("extract-partner", ops.http.request({ url: platform.url("/partner") }))
    .onError(retry(2).then(continueRun))
    .tolerate();
  const archive = plan.task("extract-archive", ops.command.exec({ command: "cat", args: ["archive/orders.json"] }));
  const merge = plan
    .taskFunc("merge", ({ results }) => {
      const texts = [results.get(shop)?.body, results.get(partner)?.body, results.get(archive)?.stdout];
      const found = texts
        .filter((text) => text !== undefined)
        .map((text): unknown => JSON.parse(text === "{}" ? "[]" : text));
      return { changed: false, data: found.flat() };
    })
    .dependsOn(shop, archive)
    .dependsOn(partner, { on: "always" });
  const check = plan
    .taskFunc("check", ({ results }) => {
      const orders = results.decode(merge, ordersSchema);
      if (!orders.ok) throw new Error(orders.error.message);
      const months = [...new Set(orders.value.map((order) => order.month))].toSorted();
      return { changed: false, data: { months, orderCount: orders.value.length } };
    })
    .dependsOn(merge);
  // The months are known only now: one copy of the sub-plan for each.
  const load = plan
    .foreach<string>("load", { from: check, path: "months" }, (month, part) => {
      const sum = part.taskFunc("sum", (context) => {
        const orders = context.results.decode("merge", ordersSchema);
        const amounts = orders.ok ? orders.value.filter((order) => order.month === month.of(context)) : [];
        return {
          changed: false,
          data: { orders: amounts.length, total: amounts.reduce((all, { amount }) => all + amount, 0) },
        };
      });
      part
        .task("write", {
          operation: "file.deploy",
          target: "warehouse",
          params: (context) => ({
            path: `/warehouse/${month.of(context)}.json`,
            content: JSON.stringify(context.results.get(sum)),
          }),
        })
        .dependsOn(sum);
    })
    .dependsOn(check)
    .when(
      ({ results }) => (results.get(check)?.orderCount ?? 0) >= minOrders,
      `fewer than ${minOrders} orders: the sources look incomplete`,
    );
  plan
    .taskFunc("refresh-dashboards", () => ({ changed: true }))
    .dependsOn(load)
    .onlyIfChanged();
  return plan;
}

const statusIn = (report: Report, task: string) => report.result(task)?.status;

test("given three sources, when the pipeline runs, then the warehouse holds the sums of all of them", async () => {
  await using platform = await Platform.open();
  const report = await etl(platform).run();
  assert.equal(report.ok, true, report.error?.message);
  assert.deepEqual(
    platform.warehouse(),
    new Map([
      ["2025-12", { orders: 1, total: 7 }],
      ["2026-01", { orders: 1, total: 10 }],
      ["2026-02", { orders: 2, total: 25 }],
    ]),
  );
});

test("given months that only the data knows, when the pipeline runs, then each month is a task in the report", async () => {
  await using platform = await Platform.open();
  const report = await etl(platform).run();
  const names = report.tasks.map((task) => task.name).filter((name) => name.endsWith(".write"));
  assert.deepEqual(names, ["load[2025-12].write", "load[2026-01].write", "load[2026-02].write"]);
});

test("given a service that fails twice, when the pipeline runs, then its orders are loaded at the third attempt", async () => {
  await using platform = await Platform.open();
  platform.outages.set("/shop", 2);
  const report = await etl(platform).run();
  assert.equal(report.result("extract-shop")?.attempts, 3);
  assert.deepEqual(platform.warehouse().get("2026-01"), { orders: 1, total: 10 });
});

test("given a partner that is down, when the pipeline runs, then the other sources are loaded and it succeeds", async () => {
  await using platform = await Platform.open();
  platform.outages.set("/partner", 100);
  const report = await etl(platform).run();
  assert.equal(statusIn(report, "extract-partner"), "failed");
  assert.equal(report.verdict, "succeeded");
  assert.deepEqual(platform.warehouse().get("2026-02"), { orders: 1, total: 20 });
});

test("given a shop that is down, when the pipeline runs, then nothing is loaded and it fails", async () => {
  await using platform = await Platform.open();
  platform.outages.set("/shop", 100);
  const report = await etl(platform).run();
  assert.equal(report.verdict, "failed");
  assert.deepEqual(
    ["merge", "check", "load"].map((task) => report.result(task)?.reason),
    ["dependency failed", "dependency failed", "dependency failed"],
  );
});

test("given an order without an amount, when the pipeline runs, then the report names the place and nothing is loaded", async () => {
  await using platform = await Platform.open();
  platform.answers.set("/shop", [{ id: 1, month: "2026-01" }]);
  const report = await etl(platform).run();
  assert.match(report.result("check")?.error?.message ?? "", /\.amount/);
  assert.equal(statusIn(report, "load"), "notRun");
});

test("given fewer orders than make sense, when the pipeline runs, then loading is skipped with that reason", async () => {
  await using platform = await Platform.open();
  const report = await etl(platform, { minOrders: 100 }).run();
  assert.deepEqual(
    [statusIn(report, "load"), report.result("load")?.reason],
    ["skipped", "fewer than 100 orders: the sources look incomplete"],
  );
});

test("given a loaded warehouse, when the same orders come again, then nothing changes and no dashboard is refreshed", async () => {
  await using platform = await Platform.open();
  const plan = etl(platform);
  await plan.run();
  const report = await plan.run();
  assert.deepEqual([statusIn(report, "load"), statusIn(report, "refresh-dashboards")], ["unchanged", "skipped"]);
});

test("given a loaded warehouse, when one month gets another order, then only that month is written", async () => {
  await using platform = await Platform.open();
  const plan = etl(platform);
  await plan.run();
  platform.answers.set("/partner", [...PARTNER, { id: 9, month: "2026-01", amount: 1 }]);
  const report = await plan.run();
  const written = report.tasks.filter((task) => task.name.endsWith(".write") && task.changed).map((task) => task.name);
  assert.deepEqual(written, ["load[2026-01].write"]);
  assert.equal(statusIn(report, "refresh-dashboards"), "changed");
});
