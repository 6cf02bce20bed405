/**
 * `npm run demo`: a small web site on this machine in four acts, each a run of the real program, each claim checked.
 *
 *   npm run demo -- [--verbose] [--keep] [--yaml] [--root FOLDER]
 *
 * `--verbose` shows what the program shows, `--keep` leaves site and server, `--yaml` runs plan.yml instead of plan.ts,
 * `--root` takes another folder than the temporary one.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs, styleText } from "node:util";
import { z } from "zod";
import { snapshotOf } from "./snapshot.ts";

const { values: options } = parseArgs({
  options: {
    root: { type: "string", default: tmpdir() },
    keep: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    yaml: { type: "boolean", default: false },
  },
});

mkdirSync(options.root, { recursive: true });
const folder = mkdtempSync(join(resolve(options.root), "drover-demo-"));
const site = join(folder, "web1", "srv", "site");
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const interrupted = new AbortController();
let actCount = 0;
let failureCount = 0;

const reportSchema = z.object({
  verdict: z.string(),
  durationMs: z.number(),
  counts: z.record(z.string(), z.number()),
  error: z.object({ message: z.string() }).optional(),
  tasks: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      rolledBack: z.boolean(),
      hostResults: z
        .array(z.object({ changes: z.array(z.object({ diff: z.string().optional() })).optional() }))
        .optional(),
    }),
  ),
});
type Report = z.output<typeof reportSchema>;

process.once("SIGINT", () => interrupted.abort());
try {
  await play();
} catch (thrown) {
  if (!interrupted.signal.aborted) throw thrown;
  process.exitCode = 130;
} finally {
  await leave();
}

async function play(): Promise<void> {
  mkdirSync(join(folder, "web1"));
  writeFileSync(join(folder, "hosts.yml"), "hosts:\n  web1: { root: web1, labels: { role: web } }\n");
  print(`${styleText("bold", "drover demo")}: a web site on this machine, below ${folder}`);

  act("The first run makes it so");
  const first = await run("1");
  const health = await answering();
  claim(first.verdict === "succeeded" && changedBy(first).length >= 10, `changed: ${changedBy(first).join(", ")}`);
  claim(health?.release === "1", `a real server answers at ${url}: release ${health?.release}, process ${health?.pid}`);
  const workers = /^workers = (\d+)$/m.exec(readFileSync(join(site, "live/server.conf"), "utf8"))?.[1];
  claim(Number(workers) >= 1, `its configuration was rendered with the facts of this machine: ${workers} processors`);

  act("The second run changes nothing");
  const second = await run("1");
  claim(second.verdict === "succeeded" && changedBy(second).length === 0, "every task is unchanged");
  claim((await answering())?.pid === health?.pid, "the server was not restarted");

  act("Somebody edits the page by hand, and the third run changes exactly that");
  const page = join(site, "www/index.html");
  const original = readFileSync(page, "utf8");
  writeFileSync(page, original.replace("<h1>Driven by drover</h1>", "<h1>Hand made</h1>"));
  const third = await run("1");
  claim(changedBy(third).join() === "publish-page", `changed: ${changedBy(third).join(", ")}`);
  for (const line of changedLines(third, "publish-page")) print(`      ${line}`);
  claim(readFileSync(page, "utf8") === original, "the page is as it was, byte for byte");
  claim((await answering())?.pid === health?.pid, "the server was not restarted: it need not be for a page");

  act("A release that is not well takes itself back");
  const before = snapshotOf(join(folder, "web1"), { except: [join(site, "run")] });
  const fourth = await run("broken");
  const statusOf = (name: string): string | undefined => fourth.tasks.find((task) => task.name === name)?.status;
  const undone = fourth.tasks.filter((task) => task.rolledBack).map((task) => task.name);
  claim(statusOf("check-health") === "failed", fourth.error?.message ?? "no failure");
  claim(
    ["changed", "unchanged"].includes(statusOf("keep-log") ?? ""),
    "the failure branch kept what the server had said",
  );
  claim(fourth.verdict === "rolledBack" && undone.length >= 5, `taken back: ${undone.join(", ")}`);
  const after = snapshotOf(join(folder, "web1"), { except: [join(site, "run")] });
  claim(
    after.digest === before.digest,
    `all ${before.count} files and folders are as before, in bytes, mode and owner`,
  );
  claim((await answering())?.release === "1", "release 1 answers again");

  print("");
  if (failureCount === 0) {
    print(
      `${styleText(["green", "bold"], "Everything held.")} Add --keep to look around, --verbose to watch every task.`,
    );
  }
  if (failureCount > 0) print(styleText(["red", "bold"], `${failureCount} claims did not hold.`));
  process.exitCode = failureCount === 0 ? 0 : 1;
}

/** One run of the program, as anybody would start it. */
async function run(release: string): Promise<Report> {
  const program = join(import.meta.dirname, "../../src/cli/main.ts");
  const file = options.yaml ? "plan.yml" : "plan.ts";
  const plan = join(import.meta.dirname, file);
  const words = ["--fleet", join(folder, "hosts.yml"), "root=/srv/site", `port=${port}`, `release=${release}`];
  if (options.yaml) words.push(`node=${process.execPath}`);
  print(styleText("dim", `   $ drover run examples/webserver/${file} release=${release} …`));
  const child = spawn(process.execPath, ["--conditions=source", program, "run", plan, ...words, "--output", "json"], {
    stdio: ["ignore", "pipe", options.verbose ? "inherit" : "pipe"],
    // What the program remembers stays in the folder of the demo, too.
    env: { ...process.env, XDG_STATE_HOME: join(folder, "state") },
    signal: interrupted.signal,
  });
  const read = (stream: Readable | null) => (stream === null ? "" : text(stream));
  const [output, messages] = await Promise.all([read(child.stdout), read(child.stderr), once(child, "close")]);
  if (output === "") throw new Error(`The run did not start:\n${messages}`);
  const report = reportSchema.parse(JSON.parse(output));
  const counts = Object.entries(report.counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status === "notRun" ? "not run" : status}`);
  print(
    `   ${report.tasks.length} tasks: ${counts.join(", ")} ${styleText("dim", `in ${Math.round(report.durationMs)} ms`)}`,
  );
  return report;
}

function changedBy(report: Report): readonly string[] {
  return report.tasks.filter((task) => task.status === "changed").map((task) => task.name);
}

/** The lines that a task took out and put in. */
function changedLines(report: Report, name: string): readonly string[] {
  const changes =
    report.tasks.find((task) => task.name === name)?.hostResults?.flatMap((host) => host.changes ?? []) ?? [];
  const lines = changes.flatMap(({ diff = "" }) => diff.split("\n")).filter((line) => /^[-+](?![-+])/.test(line));
  return lines.map((line) => styleText(line.startsWith("-") ? "red" : "green", line));
}

/** What the server says about itself; it may need a moment to start. */
async function answering(): Promise<{ readonly release: string; readonly pid: number } | undefined> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer !== undefined) return z.object({ release: z.string(), pid: z.number() }).parse(await answer.json());
    await wait(50, undefined, { signal: interrupted.signal });
  }
  return undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Ends the server and removes the folder, unless they are to be looked at. */
async function leave(): Promise<void> {
  const stop = "sh bin/supervise.sh stop run";
  if (options.keep && !interrupted.signal.aborted) {
    print(`The site is at ${url}, its files in ${site}\nEnd it: (cd ${site} && ${stop}) && rm -r ${folder}`);
    return;
  }
  await once(spawn("sh", ["-c", `cd "$1" && ${stop}`, "sh", site], { stdio: "ignore" }), "close");
  rmSync(folder, { recursive: true, force: true });
}

function act(title: string): void {
  actCount += 1;
  print(`\n${styleText(["cyan", "bold"], `${actCount}  ${title}`)}`);
}

function claim(holds: boolean, words: string): void {
  if (!holds) failureCount += 1;
  const [first = "", ...rest] = wrapped(words);
  print(`   ${holds ? styleText("green", "✔") : styleText("red", "✖")} ${first}`);
  for (const line of rest) print(`     ${line}`);
}

/** Lines of at most 100 columns. */
function wrapped(words: string): readonly string[] {
  return words.match(/.{1,95}(?= |$)/g)?.map((line) => line.trim()) ?? [];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
