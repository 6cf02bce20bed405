import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { createLocalHost } from "../host/local-host.ts";
import type { Provider } from "../operation/provider.ts";
import { memoryContentStore } from "../operation/memory-content-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeHost } from "../testing/fake-host.ts";
import { runProvider } from "../testing/provider-attempt.ts";
import { providerSuite } from "../testing/provider-suite.ts";
import type { SuiteHost } from "../testing/provider-trial.ts";
import { tokenOf } from "../testing/trial-executor.ts";
import { archiveDefect, parseTarList } from "./archive/archive-entries.ts";
import { archiveExtractProvider } from "./archive/extract.ts";
import { gitCheckoutProvider } from "./git/checkout.ts";
import { healthCheckProvider } from "./health/health.ts";
import { logQueryProvider, logSourcesProvider, parseJournal } from "./log/log.ts";
import { powerRebootProvider, powerShutdownProvider } from "./power/power.ts";
import { parseProcesses, processGetProvider, processListProvider, processSignalProvider } from "./process/process.ts";
import { scriptRunProvider } from "./script/script.ts";
import type { ProviderTable } from "./test-kit/suite-places.ts";

const TEMPORARY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const HAS_GIT = existsSync("/usr/bin/git");
const HAS_PS = existsSync("/usr/bin/ps") || existsSync("/bin/ps");

async function openLocalHost(): Promise<SuiteHost> {
  const folder = mkdtempSync(join(TEMPORARY, "drover-suite-"));
  mkdirSync(join(folder, "work"));
  const host = createLocalHost({ stateFolder: join(folder, "state"), clock: new FakeClock() });
  return {
    host,
    folder: join(folder, "work"),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function withArchive({ folder }: SuiteHost): Promise<void> {
  const source = join(folder, "source/app-1");
  mkdirSync(join(source, "bin"), { recursive: true });
  writeFileSync(join(source, "bin/main"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(source, "README"), "read me\n");
  symlinkSync("bin/main", join(source, "start"));
  const same = ["--sort=name", "--mtime=@0", "--use-compress-program=gzip -n"];
  execFileSync("tar", ["-cf", join(folder, "app.tar.gz"), ...same, "-C", join(folder, "source"), "app-1"]);
  rmSync(join(folder, "source"), { recursive: true });
}

async function withFormerRelease(place: SuiteHost): Promise<void> {
  await withArchive(place);
  mkdirSync(join(place.folder, "app"));
  writeFileSync(join(place.folder, "app/old"), "old\n", { mode: 0o600 });
}

function git(folder: string, ...words: readonly string[]): string {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
  const date = "2026-01-01T00:00:00Z";
  const env = { PATH: process.env["PATH"], GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const argv = [...identity, "-C", folder, ...words];
  return execFileSync("git", argv, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env }).trim();
}

function makeRepository(folder: string): void {
  mkdirSync(folder);
  git(folder, "init", "--quiet");
  for (const version of ["1", "2"]) {
    writeFileSync(join(folder, "version"), `${version}\n`);
    git(folder, "add", "version");
    git(folder, "commit", "--quiet", "-m", version);
    git(folder, "tag", `v${version}`);
  }
}

async function withRepository({ folder }: SuiteHost): Promise<void> {
  makeRepository(join(folder, "origin"));
}

const TABLE: ProviderTable = [
  [
    archiveExtractProvider,
    [
      {
        name: "no folder",
        prepare: withArchive,
        params: (folder) => ({ archive: `${folder}/app.tar.gz`, path: `${folder}/app`, stripComponents: 1, group: 0 }),
        hostile: (text, folder) => ({ archive: `${folder}/app.tar.gz`, path: `${folder}/${text}` }),
      },
      {
        name: "a folder with something else",
        prepare: withFormerRelease,
        params: (folder) => ({ archive: `${folder}/app.tar.gz`, path: `${folder}/app`, stripComponents: 1 }),
      },
    ],
  ],
  [
    scriptRunProvider,
    [
      {
        name: "a script",
        params: () => ({ script: 'cat; echo "$1"', args: ["done"], input: { a: 1 } }),
        hostile: (text, folder) => ({
          script: 'printf %s "$1" "$VALUE"; cat',
          args: [text],
          env: { VALUE: text },
          input: text,
          cwd: folder,
        }),
      },
      {
        name: "what it creates",
        prepare: async ({ folder }) => writeFileSync(join(folder, "done"), ""),
        params: (folder) => ({ script: "exit 1", creates: `${folder}/done` }),
        isUnchanged: true,
      },
      {
        name: "a secret in the environment",
        params: () => ({ script: 'echo "$TOKEN"', secretEnv: { TOKEN: "correct horse battery staple" } }),
        secrets: ["correct horse battery staple"],
      },
    ],
  ],
  [
    healthCheckProvider,
    [
      {
        name: "a program that says yes",
        params: () => ({ command: ["true"] }),
        hostile: (text) => ({ command: ["true", text] }),
      },
    ],
  ],
  [
    logQueryProvider,
    [
      {
        name: "a log file",
        prepare: async ({ folder }) => writeFileSync(join(folder, "log"), "one\ntwo\n"),
        params: (folder) => ({ path: `${folder}/log`, lines: 1 }),
        hostile: (text, folder) => ({ path: `${folder}/log`, contains: text }),
      },
    ],
  ],
];
const WITH_PS: ProviderTable = [
  [processListProvider, [{ name: "this machine", params: () => ({}) }]],
  [processGetProvider, [{ name: "this machine", params: () => ({ pid: 1 }) }]],
];
const WITH_GIT: ProviderTable = [
  [
    gitCheckoutProvider,
    [
      {
        name: "no folder",
        prepare: withRepository,
        params: (folder) => ({ repository: `file://${folder}/origin`, path: `${folder}/app`, revision: "v1" }),
        hostile: (text, folder) => ({ repository: `file://${folder}/origin`, path: `${folder}/app`, revision: text }),
      },
    ],
  ],
];

/** What counts of a checkout: its commit and files, not times and addresses in git's own notes. */
async function openGitHost(): Promise<SuiteHost> {
  const place = await openLocalHost();
  const app = join(place.folder, "app");
  const readTree = async (): Promise<ReadonlyMap<string, string>> => {
    const names = readdirSync(place.folder).map((name): [string, string] => [name, "exists"]);
    if (!existsSync(app)) return new Map(names);
    return new Map([...names, ["commit", git(app, "rev-parse", "HEAD")], ["files", readdirSync(app).sort().join()]]);
  };
  return { ...place, host: place.host, folder: place.folder, tree: readTree };
}

function register(table: ProviderTable, skipReason?: string, openHost = openLocalHost): void {
  // Every host call of a checkout is a process or several: trying each takes too long.
  const depth = openHost === openGitHost ? "journey" : "whole";
  for (const [provider, cases] of table) {
    for (const rule of providerSuite({ provider, hostName: "LocalHost", openHost, cases, depth })) {
      void test(rule.name, (context: TestContext) =>
        skipReason === undefined ? rule.run() : context.skip(skipReason),
      );
    }
  }
}

register(TABLE);
register(WITH_PS, HAS_PS ? undefined : "missing part: procps");
register(WITH_GIT, HAS_GIT ? undefined : "missing part: git", openGitHost);

async function run(provider: Provider, place: Pick<SuiteHost, "host">, params: JsonValue) {
  return await runProvider(provider, { host: place.host, params, contents: memoryContentStore(), token: tokenOf("x") });
}

test("given archives that lead outside, when they are unpacked, then they are refused and nothing is written", async () => {
  await using place = await openLocalHost();
  const { folder } = place;
  mkdirSync(join(folder, "in"));
  writeFileSync(join(folder, "in/file"), "x");
  symlinkSync("/etc", join(folder, "in/absolute"));
  symlinkSync("../../outside", join(folder, "in/up"));
  const make = (name: string, words: readonly string[]): void =>
    void execFileSync("tar", ["-cf", join(folder, name), "-C", join(folder, "in"), ...words], { stdio: "ignore" });
  make("up.tar", ["--absolute-names", "--transform=s,^,../,", "file"]);
  make("absolute.tar", ["--absolute-names", "--transform=s,^,/tmp/,", "file"]);
  make("link.tar", ["absolute"]);
  make("uplink.tar", ["up"]);
  for (const name of ["up.tar", "absolute.tar", "link.tar", "uplink.tar"]) {
    const attempt = await run(archiveExtractProvider, place, {
      archive: join(folder, name),
      path: join(folder, "out"),
    });
    assert.equal(attempt.error?.error.code, "DRV_ARCHIVE_UNSAFE", name);
    assert.ok(!existsSync(join(folder, "out")) && !existsSync(join(folder, "out.drover-new")));
  }
});

test("given what is no archive, has another hash or is too large, when it is unpacked, then it is refused", async () => {
  await using place = await openLocalHost();
  await withArchive(place);
  const { folder } = place;
  writeFileSync(join(folder, "bad.tar"), "not an archive");
  const to = { path: join(folder, "out") };
  const codeOf = async (params: JsonValue) => (await run(archiveExtractProvider, place, params)).error?.error.code;
  assert.equal(await codeOf({ ...to, archive: join(folder, "bad.tar") }), "DRV_ARCHIVE_INVALID");
  assert.equal(await codeOf({ ...to, archive: join(folder, "none.tar") }), "DRV_HOST_FILE_NOT_FOUND");
  assert.equal(
    await codeOf({ ...to, archive: join(folder, "app.tar.gz"), sha256: "0".repeat(64) }),
    "DRV_ARCHIVE_INVALID",
  );
  assert.equal(await codeOf({ ...to, archive: join(folder, "app.tar.gz"), sizeBytesMax: 3 }), "DRV_ARCHIVE_UNSAFE");
});

test("given what a cut-short attempt left beside the folder, when the archive is unpacked again, then only that is removed", async () => {
  await using place = await openLocalHost();
  await withArchive(place);
  const params = { archive: join(place.folder, "app.tar.gz"), path: join(place.folder, "out") };
  assert.equal((await run(archiveExtractProvider, place, params)).status, "changed");
  const unpackedAt = statSync(params.path).ctimeMs;
  const leftover = `${params.path}.drover-old`;
  mkdirSync(leftover);
  assert.equal((await run(archiveExtractProvider, place, params)).status, "changed");
  assert.deepEqual([existsSync(leftover), statSync(params.path).ctimeMs], [false, unpackedAt]);
  assert.equal((await run(archiveExtractProvider, place, params)).status, "unchanged");
});

test("given a folder that somebody changed, when the archive is unpacked again, then it is as in the archive", async () => {
  await using place = await openLocalHost();
  await withArchive(place);
  const params = { archive: join(place.folder, "app.tar.gz"), path: join(place.folder, "app") };
  await run(archiveExtractProvider, place, params);
  writeFileSync(join(place.folder, "app/extra"), "x");
  assert.equal((await run(archiveExtractProvider, place, params)).status, "changed");
  assert.ok(!existsSync(join(place.folder, "app/extra")));
});

test("given listings of tar, when they are judged, then tricks are found and plain ones pass", () => {
  const line = (mode: string, rest: string, size = 1): string => `${mode} 0/0 ${size} 2026-01-01 00:00 ${rest}`;
  const judge = (...lines: readonly string[]) =>
    archiveDefect(parseTarList(lines.join("\n")), { stripComponents: 0, sizeBytesMax: 100 });
  assert.equal(
    judge(line("drwxr-xr-x", "a/"), line("-rw-r--r--", "a/b"), line("lrwxrwxrwx", "a/c -> ../d")),
    undefined,
  );
  for (const bad of [
    [line("-rw-r--r--", "/etc/passwd")],
    [line("-rw-r--r--", "a/../../b")],
    [line("lrwxrwxrwx", "a -> /etc")],
    [line("lrwxrwxrwx", "a/b -> ../../c")],
    [line("lrwxrwxrwx", "a -> b"), line("-rw-r--r--", "a/passwd")],
    [line("hrw-r--r--", "a link to ../b")],
    [line("crw-r--r--", "tty")],
    [line("lrwxrwxrwx", "a -> b -> c")],
    [line("-rw-r--r--", "big", 101)],
  ]) {
    assert.ok(judge(...bad) !== undefined, bad.join());
  }
});

test("given a checkout, when revisions, local changes and undo come, then it follows", async (context) => {
  if (!HAS_GIT) return context.skip("missing part: git");
  await using place = await openLocalHost();
  await withRepository(place);
  const { folder, host } = place;
  const path = join(folder, "app");
  const params = { repository: `file://${folder}/origin`, path };
  assert.equal((await run(gitCheckoutProvider, place, { ...params, revision: "v1" })).status, "changed");
  const first = git(path, "rev-parse", "HEAD");
  const second = await run(gitCheckoutProvider, place, { ...params, revision: "main" });
  assert.equal(second.status, "changed");
  writeFileSync(join(path, "version"), "changed by hand\n");
  const refused = await run(gitCheckoutProvider, place, { ...params, revision: "v1" });
  assert.equal(refused.error?.error.code, "DRV_GIT_LOCAL_CHANGES");
  assert.equal((await run(gitCheckoutProvider, place, { ...params, revision: "v2", force: true })).status, "changed");
  const unknown = await run(gitCheckoutProvider, place, { ...params, revision: "v9" });
  assert.equal(unknown.error?.error.code, "DRV_GIT_REVISION_UNKNOWN");
  assert.ok(second.preImage !== undefined);
  const { signal } = new AbortController();
  const undoContext = { host, signal, token: tokenOf("x"), contents: memoryContentStore(), output: () => undefined };
  assert.ok((await gitCheckoutProvider.undo?.(second.preImage, undoContext))?.ok);
  assert.equal(git(path, "rev-parse", "HEAD"), first);
});

test("given servers and ports, when their health is checked, then only what answers is healthy", async () => {
  await using place = await openLocalHost();
  const server = createServer((request, response) => response.writeHead(request.url === "/ok" ? 200 : 503).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const check = (params: JsonObject) => run(healthCheckProvider, place, { timeout: 20, interval: 10, ...params });
  try {
    assert.equal((await check({ url: `http://127.0.0.1:${port}/ok` })).status, "unchanged");
    const sick = await check({ url: `http://127.0.0.1:${port}/sick` });
    assert.equal(sick.error?.error.code, "DRV_HEALTH_FAILED");
    assert.match(sick.error.error.message, /status 503/);
    assert.equal((await check({ port, timeout: "5s" })).status, "unchanged");
    assert.equal((await check({ command: ["false"] })).error?.error.code, "DRV_HEALTH_FAILED");
  } finally {
    server.close();
    server.closeAllConnections();
  }
  assert.equal((await check({ port })).error?.error.code, "DRV_HEALTH_FAILED");
});

test("given a process, when it is signalled by the wrong and the right name, then only the right one reaches it", async () => {
  await using place = await openLocalHost();
  const child = spawn("sleep", ["1000"]);
  const pid = child.pid ?? 0;
  try {
    await once(child, "spawn");
    const wrong = await run(processSignalProvider, place, { pid, name: "nginx" });
    assert.equal(wrong.error?.error.code, "DRV_PROCESS_UNKNOWN");
    // Listened for before it is caused: a process may be gone before the operation says so.
    const ended = once(child, "exit");
    assert.equal((await run(processSignalProvider, place, { pid, name: "sleep" })).status, "changed");
    const [, signal] = (await ended) as [number | null, string | null];
    assert.equal(signal, "SIGTERM");
  } finally {
    child.kill("SIGKILL");
  }
  assert.equal(processSignalProvider.spec.params.safeParse({ pid: 1 }).success, false);
});

test("given lists of ps, when they are read, then processes in both of them are there", () => {
  const rows =
    "      1       0 root       S   100    50 /sbin/init splash\n      9       1 www-data   R     4     1 a b\n";
  assert.deepEqual(parseProcesses("      1 init it\n", rows), [
    {
      pid: 1,
      parentPid: 0,
      name: "init it",
      user: "root",
      state: "S",
      memoryBytes: 102_400,
      command: "/sbin/init splash",
      ageSeconds: 50,
    },
  ]);
});

test("given entries of a journal, when they are read, then binary messages and noise do no harm", () => {
  const text =
    '{"__REALTIME_TIMESTAMP":"1767225600000000","_SYSTEMD_UNIT":"a.service","PRIORITY":"3","MESSAGE":[104,105],"_PID":"7"}\nnoise\n{}\n';
  assert.deepEqual(parseJournal(text), [
    { timestamp: "2026-01-01T00:00:00.000Z", unit: "a.service", priority: "err", message: "hi", pid: 7 },
    { timestamp: "", unit: "", priority: "info", message: "" },
  ]);
});

test("given a journal, when entries and sources are asked for, then journalctl is asked in its own words", async () => {
  const host = new FakeHost();
  host.onExec((argv) =>
    argv[0] === "journalctl"
      ? { stdout: argv.includes("--output=json") ? '{"MESSAGE":"a"}\n' : "sshd\ncron\n" }
      : undefined,
  );
  const attempt = await run(
    logQueryProvider,
    { host },
    { unit: "nginx", since: "10 min ago", priority: "err", lines: 5 },
  );
  assert.equal(attempt.status, "unchanged");
  assert.deepEqual(host.calls[0]?.argv?.slice(-4), [
    "--lines=5",
    "--unit=nginx.service",
    "--since=10 min ago",
    "--priority=err",
  ]);
  assert.deepEqual((await run(logSourcesProvider, { host }, {})).data, { sources: ["cron", "sshd"] });
});

test("given a host, when it is to be restarted or turned off, then that is scheduled once it was confirmed", async () => {
  const host = new FakeHost();
  host.onExec((argv) => (argv[0] === "shutdown" ? {} : undefined));
  assert.equal(powerRebootProvider.spec.params.safeParse({}).success, false);
  const attempt = await run(powerRebootProvider, { host }, { confirm: true, delay: "90s", message: "$(kernel); now" });
  assert.deepEqual(attempt.data, { action: "reboot", delayMs: 120_000 });
  assert.deepEqual(host.calls.at(-1)?.argv, ["shutdown", "-r", "+2", "$(kernel); now"]);
  assert.equal((await run(powerShutdownProvider, { host }, { confirm: true })).status, "changed");
  const container = new FakeHost({ facts: { isContainer: true } });
  const refused = await run(powerRebootProvider, { host: container }, { confirm: true });
  assert.equal(refused.error?.error.code, "DRV_POWER_REFUSED");
});
