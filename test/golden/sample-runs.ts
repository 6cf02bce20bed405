import type { CodedError } from "../../src/base/coded-error.ts";
import type { RunView } from "../../src/engine/run-view.ts";
import type { HostResult } from "../../src/operation/outcome.ts";
import type { CompiledPlan, TaskBody } from "../../src/plan/compiled-plan.ts";
import { fakeCompiledPlan } from "../../src/testing/fake-compiled-plan.ts";
import { fakeRunView } from "../../src/testing/fake-run-view.ts";

const CONNECTION_REFUSED: CodedError = {
  code: "DRV_COMMAND_EXIT",
  message:
    'Cannot run "psql -f migrate.sql": it exited with code 3\npsql: error: connection to server at "db1" failed: Connection refused',
  hint: "Start the database first, or correct the address",
};
const NO_ROUTE: CodedError = { code: "DRV_HOST_UNREACHABLE", message: 'Cannot reach "web3": no route to host' };

function host(hostname: string, more: Partial<HostResult> = {}): HostResult {
  return { hostname, status: "unchanged", changed: false, durationMs: 100, ...more };
}

const CHANGED = { status: "changed", changed: true } as const;

/** A run on three hosts in which the migration fails: one host unreachable, two with the same error. */
export function failedRun(): RunView {
  return fakeRunView({
    planName: "webserver",
    tasks: [
      {
        name: "read-system",
        status: "unchanged",
        kind: "operation",
        operation: "node.os.get",
        target: "role:web",
        startedAtMs: 0,
        finishedAtMs: 700,
        durationMs: 700,
        hostResults: [host("web1"), host("web2"), host("web3")],
      },
      {
        name: "configure",
        status: "changed",
        after: ["read-system"],
        kind: "operation",
        operation: "file.deploy",
        target: "role:web",
        startedAtMs: 700,
        finishedAtMs: 3_200,
        durationMs: 2_500,
        hostResults: [
          host("web1", { ...CHANGED, changes: [{ property: "content", diff: "-port = 80\n+port = 8080\n" }] }),
          host("web2", { ...CHANGED, changes: [{ property: "mode", before: "0644", after: "0600" }] }),
          host("web3"),
        ],
      },
      {
        name: "migrate-database",
        status: "failed",
        after: ["configure"],
        kind: "operation",
        operation: "command.exec",
        target: "role:web",
        startedAtMs: 3_200,
        finishedAtMs: 12_200,
        durationMs: 9_000,
        attempts: 3,
        error: CONNECTION_REFUSED,
        hostResults: [
          host("web1", { status: "failed", error: CONNECTION_REFUSED }),
          host("web2", { status: "failed", error: CONNECTION_REFUSED }),
          host("web3", { status: "failed", failure: "unreachable", error: NO_ROUTE }),
        ],
      },
      {
        name: "restart",
        status: "skipped",
        after: ["configure"],
        skipCause: "guard",
        reason: "no dependencies changed",
      },
      {
        name: "check-health",
        status: "skipped",
        after: ["migrate-database"],
        skipCause: "dependencyFailed",
        reason: "dependency failed",
      },
      {
        name: "announce",
        status: "skipped",
        after: ["check-health"],
        skipCause: "dependencyFailed",
        reason: "dependency failed",
      },
      {
        name: "clean-up",
        status: "notRun",
        after: ["read-system"],
        reason: 'the run stopped: "migrate-database" failed',
      },
    ],
  });
}

/** A short run in which all goes well and something changes. */
export function succeededRun(): RunView {
  return fakeRunView({
    planName: "motd",
    tasks: [
      { name: "write-motd", status: "changed", startedAtMs: 0, finishedAtMs: 40, durationMs: 40 },
      { name: "write-issue", status: "changed", startedAtMs: 0, finishedAtMs: 35, durationMs: 35 },
      { name: "check", status: "unchanged", after: ["write-motd"], startedAtMs: 40, finishedAtMs: 52, durationMs: 12 },
      { name: "tell", status: "skipped", after: ["check"], skipCause: "guard", reason: "no dependencies changed" },
    ],
  });
}

/** A run that failed and could not be undone everywhere. */
export function halfRolledBackRun(): RunView {
  return fakeRunView({
    planName: "upgrade",
    verdict: "failed",
    tasks: [
      {
        name: "install",
        status: "changed",
        isRolledBack: true,
        durationMs: 2_000,
        startedAtMs: 0,
        finishedAtMs: 2_000,
      },
      {
        name: "configure",
        status: "changed",
        durationMs: 500,
        startedAtMs: 2_000,
        finishedAtMs: 2_500,
        after: ["install"],
        undoError: {
          code: "DRV_FILE_TYPE_CONFLICT",
          message: 'Cannot restore "/etc/app.conf": a directory stands there',
        },
      },
      {
        name: "start",
        status: "failed",
        after: ["configure"],
        durationMs: 100,
        startedAtMs: 2_500,
        finishedAtMs: 2_600,
        error: { code: "DRV_TASK_FAILED", message: "Cannot start the service: it ended at once" },
      },
    ],
  });
}

/** 997 hosts alike, and three that are not. */
export function herdRun(): RunView {
  const names = Array.from({ length: 1_000 }, (_, index) => `node${index + 1}`);
  const failed = new Set(["node17", "node400", "node801"]);
  const error: CodedError = { code: "DRV_HOST_IO", message: 'Cannot write "/etc/motd": no space left on device' };
  return fakeRunView({
    planName: "herd",
    finishedAtMs: 8_000,
    tasks: [
      {
        name: "read-facts",
        status: "unchanged",
        target: "_all",
        durationMs: 3_000,
        startedAtMs: 0,
        finishedAtMs: 3_000,
        hostResults: names.map((name) => host(name)),
      },
      {
        name: "write-motd",
        status: "failed",
        target: "_all",
        after: ["read-facts"],
        durationMs: 5_000,
        startedAtMs: 3_000,
        finishedAtMs: 8_000,
        isChanged: true,
        error,
        hostResults: names.map((name) =>
          failed.has(name) ? host(name, { status: "failed", error }) : host(name, CHANGED),
        ),
      },
    ],
  });
}

/** What a dry run of {@link dryRunPlan} found. */
export function dryRun(): RunView {
  const diff = "--- /etc/app.conf\n+++ /etc/app.conf\n@@ -1,3 +1,3 @@\n # app\n-port = 80\n+port = 8080\n";
  return fakeRunView({
    planName: "app",
    isDryRun: true,
    tasks: [
      {
        name: "configure",
        status: "changed",
        kind: "operation",
        operation: "file.deploy",
        target: "role:web",
        hostResults: [
          host("web1", { ...CHANGED, changes: [{ property: "content", diff }] }),
          host("web2", { ...CHANGED, changes: [{ property: "content", diff }] }),
          host("web3", { ...CHANGED, changes: [{ property: "mode", before: "0644", after: "0600" }] }),
          host("web4"),
        ],
      },
      {
        name: "restart",
        status: "changed",
        kind: "operation",
        operation: "command.exec",
        target: "role:web",
        after: ["configure"],
        changes: [{ property: "command", after: "systemctl restart app" }],
      },
      {
        name: "check",
        status: "unchanged",
        kind: "operation",
        operation: "http.request",
        after: ["restart"],
        isConditional: true,
        reason: "its parameters are known only at run time",
      },
      { name: "folder", status: "unchanged", kind: "operation", operation: "file.directory", target: "role:web" },
      { name: "on-failure", status: "skipped", after: ["check"], skipCause: "notTriggered", reason: "not triggered" },
    ],
  });
}

function operation(name: string, isReversible: boolean): TaskBody {
  return {
    kind: "operation",
    operation: name,
    params: {},
    operationClass: "idempotent",
    unknownPolicy: "rerun",
    isReversible,
  };
}

const WEB = { kind: "label", text: "role:web", key: "role", value: "web" } as const;

/** The plan of {@link dryRun}. */
export function dryRunPlan(): CompiledPlan {
  return fakeCompiledPlan("app", [
    { name: "configure", body: operation("file.deploy", true), target: WEB },
    { name: "restart", body: operation("command.exec", false), target: WEB, after: ["configure"] },
    { name: "check", body: operation("http.request", false), target: WEB, after: ["restart"] },
    { name: "folder", body: operation("file.directory", true), target: WEB },
    { name: "on-failure", after: [{ task: "check", kind: "failure" }] },
  ]);
}

/** The plan of {@link failedRun}, with every kind of edge. */
export function webserverPlan(): CompiledPlan {
  return fakeCompiledPlan("webserver", [
    { name: "read-system", body: operation("node.os.get", true), target: WEB },
    { name: "configure", body: operation("file.deploy", true), target: WEB, after: ["read-system"] },
    { name: "migrate-database", body: operation("command.exec", false), target: WEB, after: ["configure"] },
    { name: "restart", after: ["configure"], guards: [{ kind: "onlyIfChanged" }], title: "Restart the server" },
    {
      name: "check-health",
      body: operation("http.request", false),
      target: WEB,
      after: ["migrate-database", "restart"],
    },
    { name: "announce", after: ["check-health", { task: "read-system", kind: "preferred" }] },
    {
      name: "clean-up",
      after: [
        { task: "check-health", kind: "failure" },
        { task: "migrate-database", kind: "always" },
      ],
    },
  ]);
}
