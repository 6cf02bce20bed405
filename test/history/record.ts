import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { stateHash } from "../../src/engine/state-hash.ts";
import { RECORDED_RUNS } from "./recorded-runs.ts";

// Records logs that are not recorded yet, for the version folder given: node --conditions=source test/history/record.ts v1
// What is recorded is never written again: it stands for logs that people have.

const folder = new URL(`../fixtures/history/${process.argv[2] ?? "v1"}/`, import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, { plan, play }] of Object.entries(RECORDED_RUNS)) {
  const file = new URL(`${name}.ndjson`, folder);
  if (existsSync(file)) continue;
  const run = play(plan());
  const lines = run.events.map((event) => JSON.stringify(event));
  writeFileSync(file, `${lines.join("\n")}\n`);
  writeFileSync(new URL(`${name}.hash`, folder), `${stateHash(run.state)}\n`);
}
