import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { memoryLoader } from "../definition/plan-file/source-loader.ts";
import { planBodyOf } from "../plan/plan-body.ts";
import { planOfBody } from "../plan/plan-of-body.ts";
import { needsCode } from "../plan/plan-code.ts";
import type { Report } from "../report/report.ts";
import { type FilePlan, planOfSource } from "./file-plan.ts";
import { localFleet } from "./local-fleet.ts";

async function planOf(content: string): Promise<FilePlan> {
  const plan = await planOfSource({ name: "plan.yml", content }, memoryLoader(new Map()));
  assert.ok(
    plan.ok,
    plan.ok ? "" : plan.error.map(({ at, message }) => `${at.line}:${at.column} ${message}`).join("\n"),
  );
  return plan.value;
}

/** Two hosts, each a folder of its own. */
function hostsIn(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "drover-file-plan-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const hosts = ["web1", "web2"].map((name) => {
    const root = join(folder, name);
    mkdirSync(root);
    return { name, root, labels: { role: "web", zone: name === "web1" ? "a" : "b" } };
  });
  return { folder, fleet: localFleet({ hosts }) };
}

function statusOf(report: Report, name: string): string | undefined {
  return report.tasks.find((task) => task.name === name)?.status;
}

const HEAD = "version: 1\nname: p\ndefaults: { target: role:web }\n";

suite("plans of files", () => {
  test("given expressions over the host, when the plan runs, then each host gets its own value", async (context) => {
    const { folder, fleet } = hostsIn(context);
    await using _fleet = fleet;
    const plan = await planOf(
      `${HEAD}tasks:\n  card:\n    file.deploy: { path: /card, content: "\${host.name} in \${host.labels.zone}" }\n`,
    );
    const report = await plan.run({ fleet });
    assert.equal(report.ok, true);
    assert.equal(readFileSync(join(folder, "web1/card"), "utf8"), "web1 in a");
    assert.equal(readFileSync(join(folder, "web2/card"), "utf8"), "web2 in b");
  });

  test("given results of several hosts, when used across hosts, then they are a map by host", async (context) => {
    const { folder, fleet } = hostsIn(context);
    await using _fleet = fleet;
    const plan = await planOf(
      [
        `${HEAD}tasks:`,
        "  where:",
        "    node.hostname.get:",
        "  tell:",
        "    file.deploy: { path: /all, content: \"${join([k for k, v in tasks.where.data], ' and ')}\" }",
        "    target: web1",
        "    needs: where",
      ].join("\n"),
    );
    const report = await plan.run({ fleet });
    assert.equal(report.ok, true, report.summary());
    assert.equal(readFileSync(join(folder, "web1/all"), "utf8"), "web1 and web2");
  });

  test("given a condition over a result, when it does not hold, then the task is skipped with its text as the reason", async (context) => {
    const { fleet } = hostsIn(context);
    await using _fleet = fleet;
    const plan = await planOf(
      `${HEAD}tasks:\n  a:\n    file.directory: { path: /x }\n  b:\n    file.directory: { path: /y }\n    needs: a\n    when: "!tasks.a.changed"\n`,
    );
    const report = await plan.run({ fleet });
    assert.equal(statusOf(report, "b"), "skipped");
    assert.equal(report.result("b")?.reason, "when: !tasks.a.changed is false");
  });

  test("given hooks, when a task fails, then those for failures run and those for success do not", async (context) => {
    const { fleet } = hostsIn(context);
    await using _fleet = fleet;
    const hook = (name: string): string => `    ${name}: { file.directory: { path: /${name} } }\n`;
    const plan = await planOf(
      `${HEAD}tasks:\n  a:\n    command.exec: { command: "false" }\n${["on_success", "on_failure", "on_abort", "always"].map(hook).join("")}on_failure: { file.directory: { path: /plan-failed } }\non_success: { file.directory: { path: /plan-fine } }\n`,
    );
    const report = await plan.run({ fleet });
    assert.deepEqual(
      report.tasks.map(({ name, status }) => [name, status]),
      [
        ["a", "failed"],
        ["a.on_success", "notRun"],
        ["a.on_failure", "changed"],
        ["a.on_abort", "skipped"],
        ["a.always", "changed"],
        ["on_success", "skipped"],
        ["on_failure", "changed"],
      ],
    );
  });

  test("given a secret parameter, when a script prints it, then it is masked and not part of the plan", async (context) => {
    const { fleet } = hostsIn(context);
    await using _fleet = fleet;
    const plan = await planOf(
      `${HEAD}params: { token: { type: string, secret: true } }\ntasks:\n  a:\n    script: { run: 'echo "<$TOKEN>"', env: { TOKEN: "\${params.token}" } }\n`,
    );
    const compiled = plan.compile({ token: "very-secret-value" });
    assert.equal(JSON.stringify(planBodyOf(compiled)).includes("very-secret-value"), false);
    const lines: string[] = [];
    const report = await plan.run({
      fleet,
      params: { token: "very-secret-value" },
      observer: { onOutput: ({ text }) => void lines.push(text) },
    });
    assert.equal(report.ok, true);
    assert.deepEqual(lines, ["<***>", "<***>"]);
  });

  test("given any plan of a file, when kept as a body, then it is the same plan without its text", async () => {
    const plan = await planOf(
      `${HEAD}params: { list: { type: array, default: [a] } }\ntasks:\n  a:\n    node.hostname.get:\n    outputs: { n: "\${result}" }\n  b:\n    foreach: \${params.list}\n    file.directory: { path: "/\${item}" }\n    when: tasks.a.changed\n    needs: a\n`,
    );
    const compiled = plan.compile();
    assert.equal(needsCode(compiled), false);
    const body: unknown = JSON.parse(JSON.stringify(planBodyOf(compiled)));
    const again = planOfBody(body);
    assert.ok(again.ok);
    assert.deepEqual(JSON.parse(JSON.stringify(planBodyOf(again.value))), body);
  });

  test("given locks, when the plan is validated it is fine, and when it is run it is refused", async () => {
    const plan = await planOf(`${HEAD}locks: [{ resource: db }]\ntasks:\n  a: { delay: 1s }\n`);
    const started = plan.tryStart();
    assert.ok(!started.ok);
    assert.deepEqual(
      started.error.map(({ code }) => code),
      ["DRV_PLANFILE_NOT_AVAILABLE"],
    );
  });
});
