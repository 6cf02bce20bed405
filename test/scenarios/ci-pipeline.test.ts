import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempDisposableSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { localFleet, ops, Plan, type Fleet, type Report } from "drover";

// A project is checked out, linted, tested in several suites, built and published. The tools are real processes.

const SOURCES = {
  "src/add.js": "export const add = (a, b) => a + b;\n",
  "src/main.js": 'import { add } from "./add.js";\nconsole.log(add(1, 2));\n',
  "test/add.test.js":
    'import assert from "node:assert";\nimport { add } from "../src/add.js";\nassert.equal(add(1, 2), 3);\n',
  "test/sign.test.js":
    'import assert from "node:assert";\nimport { add } from "../src/add.js";\nassert.equal(add(-1, 1), 0);\n',
};

/** A machine with a repository in `/repository`; everything the pipeline does stays below its root. */
class Machine implements AsyncDisposable {
  readonly root: string;
  readonly fleet: Fleet;
  readonly #folder = mkdtempDisposableSync("/tmp/drover-ci-");

  constructor() {
    this.root = this.#folder.path;
    this.fleet = localFleet({ hosts: [{ name: "builder", root: this.root }] });
    for (const [path, text] of Object.entries(SOURCES)) this.commit(path, text);
    this.commit("package.json", '{ "type": "module" }\n');
  }

  /** Puts a file into the repository. */
  commit(path: string, text: string): void {
    const file = join(this.root, "repository", path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

function pipeline(fleet: Fleet, { retries = 0 }: { readonly retries?: number } = {}): Plan {
  const plan = new Plan("ci", { fleet, target: "builder" });
  const node = (...args: readonly string[]) => ops.command.exec({ command: process.execPath, args: [...args] });
  const checkout = plan.task(
    "checkout",
    ops.command.shell({
      script: "rm -rf workspace && cp -r repository workspace",
      unless: "diff -rq repository workspace",
    }),
  );
  const lint = plan.task("lint", node("--check", "workspace/src/main.js")).dependsOn(checkout);
  const test = plan
    .matrix("test", { suite: ["add", "sign"] }, ({ suite }, part) => {
      part
        .task("run", node(`workspace/test/${suite}.test.js`), { target: "builder" })
        .continueOnError()
        .retry(retries);
    })
    .dependsOn(checkout);
  const build = plan
    .task("build", ops.command.shell({ script: "mkdir -p dist && cat workspace/src/*.js | sort > dist/bundle.js" }))
    .dependsOn(lint, test, checkout)
    .when(({ results }) => results.changed("checkout"), "nothing new to build");
  const bundle = plan
    .taskFunc("read-bundle", async ({ client }) => {
      const { results } = await client.call(ops.command.exec({ command: "cat", args: ["dist/bundle.js"] }));
      return { changed: false, data: { text: results[0]?.data?.stdout ?? "" } };
    })
    .dependsOn(build);
  plan
    .task("publish", {
      operation: "file.deploy",
      params: ({ results }) => ({
        path: "/registry/bundle.js",
        content: results.get(bundle)?.text ?? "",
        mode: "0444",
      }),
    })
    .dependsOn(bundle);
  const status = (state: string) => ops.file.deploy({ path: "/registry/status", content: `${state}\n` });
  plan.task("report-failure", status("failure")).dependsOn(lint, test).onlyIfFailed();
  plan.task("report-success", status("success")).dependsOn("publish");
  return plan;
}

const statusIn = (report: Report, task: string) => report.result(task)?.status;

test("given a sound commit, when the pipeline runs, then the bundle built of its sources is published", async () => {
  await using machine = new Machine();
  const report = await pipeline(machine.fleet).run();
  assert.equal(report.ok, true, report.error?.message);
  assert.match(machine.read("registry/bundle.js"), /export const add/);
  assert.equal(machine.read("registry/status"), "success\n");
});

test("given a sound commit, when the pipeline runs, then every suite has a task of its own in the report", async () => {
  await using machine = new Machine();
  const report = await pipeline(machine.fleet).run();
  assert.deepEqual(
    ["test[add].run", "test[sign].run"].map((task) => statusIn(report, task)),
    ["changed", "changed"],
  );
});

test("given the pipeline, when it is asked for its levels, then lint and tests stand side by side", async () => {
  await using machine = new Machine();
  assert.deepEqual(pipeline(machine.fleet).levels().slice(0, 2), [["checkout"], ["lint", "test"]]);
});

test("given a commit that breaks one suite, when the pipeline runs, then nothing is published", async () => {
  await using machine = new Machine();
  machine.commit("src/add.js", "export const add = (a, b) => a + Math.abs(b) * (a < 0 ? 2 : 1);\n");
  const report = await pipeline(machine.fleet).run();
  assert.equal(report.verdict, "failed");
  assert.deepEqual(
    ["test[add].run", "test[sign].run", "test", "publish"].map((task) => statusIn(report, task)),
    ["changed", "failed", "failed", "notRun"],
  );
  assert.equal(machine.has("registry/bundle.js"), false);
});

test("given a commit that breaks one suite, when the pipeline runs, then the failure is reported outside", async () => {
  await using machine = new Machine();
  machine.commit("test/sign.test.js", "process.exit(3);\n");
  const report = await pipeline(machine.fleet).run();
  assert.equal(statusIn(report, "report-failure"), "changed");
  assert.equal(machine.read("registry/status"), "failure\n");
});

test("given a commit that breaks one suite, when the pipeline runs, then the report keeps what the suite said", async () => {
  await using machine = new Machine();
  machine.commit("test/sign.test.js", 'console.error("add is wrong");\nprocess.exit(3);\n');
  const report = await pipeline(machine.fleet).run();
  const [host] = report.result("test[sign].run")?.hostResults ?? [];
  assert.equal(host?.error?.code, "DRV_COMMAND_EXIT");
  assert.match(JSON.stringify(host?.data), /add is wrong/);
});

test("given a commit that does not parse, when the pipeline runs, then the lint stops it before the build", async () => {
  await using machine = new Machine();
  machine.commit("src/main.js", "const = 1;\n");
  const report = await pipeline(machine.fleet).run();
  assert.deepEqual(
    ["lint", "build", "publish", "report-failure"].map((task) => statusIn(report, task)),
    ["failed", "notRun", "notRun", "changed"],
  );
});

test("given a suite that fails once, when the pipeline runs with a retry, then it is published at the second attempt", async () => {
  await using machine = new Machine();
  machine.commit(
    "test/sign.test.js",
    'import { existsSync, writeFileSync } from "node:fs";\n' +
      'if (!existsSync("seen")) { writeFileSync("seen", ""); process.exit(1); }\n',
  );
  const report = await pipeline(machine.fleet, { retries: 1 }).run();
  assert.equal(report.ok, true, report.error?.message);
  assert.equal(report.result("test[sign].run")?.attempts, 2);
  assert.equal(machine.has("registry/bundle.js"), true);
});

test("given a published commit, when the pipeline runs again, then nothing is built and nothing published", async () => {
  await using machine = new Machine();
  const plan = pipeline(machine.fleet);
  await plan.run();
  const report = await plan.run();
  assert.equal(report.ok, true, report.error?.message);
  assert.deepEqual([statusIn(report, "checkout"), statusIn(report, "build")], ["unchanged", "skipped"]);
  assert.equal(report.result("build")?.reason, "nothing new to build");
  assert.equal(statusIn(report, "publish"), "unchanged");
});

test("given a published commit, when the published file is lost, then the next run publishes it again", async () => {
  await using machine = new Machine();
  const plan = pipeline(machine.fleet);
  await plan.run();
  machine.remove("registry/bundle.js");
  const report = await plan.run();
  assert.equal(statusIn(report, "publish"), "changed");
  assert.match(machine.read("registry/bundle.js"), /export const add/);
});
