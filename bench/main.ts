import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import type { BenchRow } from "./bench-row.ts";

type Bench = () => Promise<BenchRow[]>;

/** Every bench by its name on the command line, loaded only when asked for. */
const BENCHES = new Map<string, () => Promise<Bench>>([
  ["graph", async () => (await import("./graph.ts")).benchGraph],
  ["engine", async () => (await import("./engine.ts")).benchEngine],
  ["view", async () => (await import("./view.ts")).benchView],
  ["cli", async () => (await import("./cli.ts")).benchCli],
]);

const USAGE = `Usage: npm run bench -- ${[...BENCHES.keys()].join("|")} [--json FILE]`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: "string" } },
    allowPositionals: true,
  });
  const [name = "", ...others] = positionals;
  const load = BENCHES.get(name);
  if (load === undefined || others.length > 0) throw new Error(USAGE);
  const bench = await load();
  const rows = await bench();
  process.stdout.write(formatRows(rows));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
}

/** A table with columns as wide as their longest cell; numbers to the right. */
function formatRows(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ name, value, unit, peer, ratio }) => [
    name,
    peer ?? "drover",
    `${value.toLocaleString("en")} ${unit}`,
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
