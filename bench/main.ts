import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import type { BenchLength } from "./bench-length.ts";
import type { BenchRow } from "./bench-row.ts";

type Bench = (length: BenchLength) => Promise<BenchRow[]>;

/** Every bench by its name on the command line, loaded only when asked for. */
const BENCHES = new Map<string, () => Promise<Bench>>([
  ["graph", async () => (await import("./graph.ts")).benchGraph],
  ["engine", async () => (await import("./engine.ts")).benchEngine],
  ["view", async () => (await import("./view.ts")).benchView],
  ["durable", async () => (await import("./durable.ts")).benchDurable],
  ["recovery", async () => (await import("./recovery.ts")).benchRecovery],
  ["cli", async () => (await import("./cli.ts")).benchCli],
  ["yaml", async () => (await import("./yaml.ts")).benchYaml],
]);

const USAGE = `Usage: npm run bench -- ${[...BENCHES.keys()].join("|")} [--json FILE]
  durable and recovery also: [--seconds SUSTAINED] [--rounds COUNT] [--scale PART]`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: "string" },
      seconds: { type: "string" },
      rounds: { type: "string" },
      scale: { type: "string" },
    },
    allowPositionals: true,
  });
  const [name = "", ...others] = positionals;
  const load = BENCHES.get(name);
  if (load === undefined || others.length > 0) throw new Error(USAGE);
  const bench = await load();
  const rows = await bench(lengthOf(values));
  process.stdout.write(formatRows(rows));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
}

function lengthOf(given: { readonly [name in keyof BenchLength]?: string | undefined }): BenchLength {
  const names = ["seconds", "rounds", "scale"] as const;
  const numbers = names.flatMap((name) => (given[name] === undefined ? [] : [[name, Number(given[name])] as const]));
  for (const [name, value] of numbers) {
    if (!(value > 0 && value <= 1_000)) throw new Error(`--${name} is a number above 0 and up to 1,000\n${USAGE}`);
  }
  return Object.fromEntries(numbers);
}

/** A table with columns as wide as their longest cell; numbers to the right. */
function formatRows(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ name, value, unit, peer, ratio }) => [
    name,
    peer ?? "drover",
    Number.isNaN(value) ? "missing" : `${value.toLocaleString("en")} ${unit}`,
    ratio === null ? "" : `${ratio} x`,
  ]);
  const table = [["what", "who", "median", "ratio"], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return lines.map((line) => `${line.join("  ").trimEnd()}\n`).join("");
}

try {
  await main();
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
