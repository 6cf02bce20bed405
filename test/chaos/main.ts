import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killLoop } from "./kill-loop.ts";

const HELP = `Runs a plan with the real program, kills it again and again, and verifies what is left each time.

  npm run kill-loop -- --kills 500 --seed 1
  npm run kill-loop -- --kills 50 --verbose    tells every round
`;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main(Number(values.kills), Number(values.seed));

async function main(kills: number, seed: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "drover-kills-"));
  const tell = values.verbose ? { tell: (line: string) => void process.stdout.write(`${line}\n`) } : {};
  const startedMs = performance.now();
  const result = await killLoop({ folder, kills, seed, ...tell });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  for (const violation of result.violations) process.stdout.write(`✖ ${violation}\n`);
  process.stdout.write(
    `seed ${seed}: ${result.kills} kills (${result.strikes} with commands), ${result.runs} runs, ` +
      `${result.resumes} resumes\n` +
      `  commands: ${result.reattached} reattached, ${result.foundFinished} found finished, ` +
      `${result.unknown} unknown, ${result.settled} settled\n` +
      `  lines: ${result.lines.expected} expected, ${result.lines.found} found, ${result.lines.duplicated} duplicated\n` +
      `  ${result.acknowledged} acknowledged verbs\n` +
      `  ${result.violations.length} violations in ${seconds} s\n`,
  );
  if (result.violations.length === 0) rmSync(folder, { recursive: true, force: true });
  else process.stdout.write(`The folders are in ${folder}\n`);
  return result.violations.length === 0 ? 0 : 1;
}
