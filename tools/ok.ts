import { availableParallelism } from "node:os";
import { parseArgs, styleText } from "node:util";
import { runCommand, toolCommand } from "./run-command.ts";

/** One thing that must hold before a change is done. */
interface Step {
  readonly name: string;
  readonly argv: readonly string[];
  /** Uses all cores by itself, so nothing runs beside it. */
  readonly isWide?: boolean;
}

const root = process.cwd();
const ours = (script: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  "--conditions=source",
  "--disable-warning=ExperimentalWarning",
  `tools/${script}.ts`,
  ...args,
];

const STEPS: readonly Step[] = [
  { name: "format", argv: [...toolCommand(root, "oxfmt"), "--check"] },
  { name: "types", argv: [...toolCommand(root, "tsc"), "--noEmit", "--pretty", "false"] },
  {
    name: "lint",
    argv: [
      ...toolCommand(root, "oxlint"),
      "--type-aware",
      "--deny-warnings",
      "--report-unused-disable-directives",
      "-f",
      "unix",
    ],
  },
  { name: "lint config", argv: ours("generate-lint", "--check") },
  { name: "layers", argv: ours("check-layers") },
  { name: "sizes", argv: ours("check-sizes") },
  { name: "docs", argv: ours("check-docs") },
  { name: "pack", argv: ours("pack-check") },
  { name: "examples", argv: ours("run-examples") },
  { name: "tests", argv: ours("run-tests", "--coverage"), isWide: true },
];

const HELP = `Checks everything a change must pass: ${STEPS.map(({ name }) => name).join(", ")}.

  npm run ok                  all steps
  npm run ok -- lint tests    only these
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: "boolean", default: false } },
});
const unknown = positionals.filter((name) => !STEPS.some((step) => step.name === name));
if (values.help) process.stdout.write(HELP);
else if (unknown.length > 0) {
  process.stderr.write(`Cannot check ${unknown.map((name) => `"${name}"`).join(", ")}: there is no such step\n${HELP}`);
  process.exitCode = 1;
} else {
  const startedAt = performance.now();
  const steps = STEPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const failed = await runSteps(steps);
  const time = seconds(performance.now() - startedAt);
  if (failed.length === 0) process.stdout.write(`\n${styleText("green", "ok")}: ${steps.length} steps in ${time}\n`);
  else process.stdout.write(`\n${styleText("red", "not ok")}: ${failed.join(", ")} failed, ${time}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** Runs narrow steps side by side, then the wide ones one by one. Returns the names of those that failed. */
async function runSteps(steps: readonly Step[]): Promise<readonly string[]> {
  const failed: string[] = [];
  const run = async (step: Step): Promise<void> => {
    if (!(await runStep(step))) failed.push(step.name);
  };
  const narrow = steps.filter(({ isWide }) => isWide !== true).values();
  const lane = async (): Promise<void> => {
    for (const step of narrow) await run(step);
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane));
  for (const step of steps) if (step.isWide === true) await run(step);
  return failed;
}

async function runStep({ name, argv }: Step): Promise<boolean> {
  const { exitCode, output, durationMs } = await runCommand(argv, { cwd: root });
  const isGood = exitCode === 0;
  const mark = isGood ? styleText("green", "✔") : styleText("red", "✖");
  process.stdout.write(
    `${mark} ${name.padEnd(12)} ${seconds(durationMs).padStart(7)}  ${isGood ? lastLine(output) : ""}\n`,
  );
  if (!isGood) process.stdout.write(`${compact(output).replace(/^/gm, "    ")}\n`);
  return isGood;
}

/** The end of long output is where tools say what went wrong. */
function compact(output: string): string {
  const lines = output.trimEnd().split("\n");
  return lines.length <= 80 ? lines.join("\n") : [`… ${lines.length - 80} lines more`, ...lines.slice(-80)].join("\n");
}

function lastLine(output: string): string {
  return output.trimEnd().split("\n").at(-1) ?? "";
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
