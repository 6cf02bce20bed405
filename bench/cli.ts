import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BenchRow } from "./bench-row.ts";
import { buildIfStale, PACKAGE_FOLDER } from "./build-if-stale.ts";
import { measureMs, median } from "./measure.ts";

const ROUND_COUNT = 21;
const PROGRAM = join(PACKAGE_FOLDER, "bin", "drover.js");

/** A plan as a person has it: TypeScript, one task, which notes when it is started. */
const PLAN = `import { writeFileSync } from "node:fs";
import { Plan } from "drover";

const plan = new Plan("first");
plan.taskFunc("mark", () => {
  writeFileSync("mark", String(performance.timeOrigin + performance.now()));
  return { changed: false };
});
export default plan;
`;

/** From the start of the built program to its version and to the first task, beside Node that does nothing. */
export async function benchCli(): Promise<BenchRow[]> {
  buildIfStale();
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(PACKAGE_FOLDER, join(folder, "node_modules", "drover"));
    writeFileSync(join(folder, "plan.ts"), PLAN);
    return rowsOf(measureAll(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface CliTimes {
  readonly node: number[];
  readonly version: number[];
  readonly firstTask: number[];
  readonly firstTaskUncached: number[];
  readonly wholeRun: number[];
}

/** All in turn, so that a slow moment of the machine hits everyone. */
function measureAll(folder: string): CliTimes {
  const times: CliTimes = { node: [], version: [], firstTask: [], firstTaskUncached: [], wholeRun: [] };
  runPlan(folder); // Fills the cache of compiled code.
  for (let round = 0; round < ROUND_COUNT; round++) {
    times.node.push(measureMs(() => run(folder, ["-e", "0"])));
    times.version.push(measureMs(() => run(folder, [PROGRAM, "--version"])));
    let startMs = 0;
    times.wholeRun.push(measureMs(() => (startMs = runPlan(folder))));
    times.firstTask.push(startMs);
    times.firstTaskUncached.push(runPlan(folder, { NODE_DISABLE_COMPILE_CACHE: "1" }));
  }
  return times;
}

/** Runs the plan; answers the milliseconds from the start of the process to the start of the task. */
function runPlan(folder: string, env: NodeJS.ProcessEnv = {}): number {
  const startMs = performance.timeOrigin + performance.now();
  run(folder, [PROGRAM, "run", "plan.ts"], env);
  return Number(readFileSync(join(folder, "mark"), "utf8")) - startMs;
}

function run(folder: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const ended = spawnSync(process.execPath, words, {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, ...env },
    encoding: "utf8",
  });
  if (ended.status !== 0) throw new Error(`Cannot run ${words.join(" ")}: ${ended.stderr}`);
}

function rowsOf({ node, version, firstTask, firstTaskUncached, wholeRun }: CliTimes): BenchRow[] {
  const nodeMs = median(node);
  const own = (name: string, times: readonly number[]): BenchRow => ({
    name: `cli: ${name}`,
    value: Math.round(median(times)),
    unit: "ms",
    peer: null,
    ratio: null,
  });
  return [
    own("drover --version, whole process", version),
    {
      name: "cli: the same time for a program that does nothing",
      value: Math.round(nodeMs),
      unit: "ms",
      peer: "node -e 0",
      ratio: Math.round((nodeMs / median(version)) * 10) / 10,
    },
    own("drover run plan.ts, to the start of the first task", firstTask),
    own("drover run plan.ts, to the first task without compiled code kept from before", firstTaskUncached),
    own("drover run plan.ts, whole process", wholeRun),
  ];
}
