import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { listFiles } from "./source-files.ts";
import { tokenize } from "./source-tokens.ts";

/** `test/behaviour-plan.json`: planned behaviours by module and kind. */
const planSchema = z.object({
  modules: z.record(z.string(), z.record(z.string(), z.int().nonnegative())),
  scenarios: z.array(z.string()).default([]),
});

const root = process.cwd();
const planPath = join(root, "test", "behaviour-plan.json");
if (existsSync(planPath))
  process.stdout.write(`${countTable(planSchema.parse(JSON.parse(readFileSync(planPath, "utf8"))))}\n`);
else process.stdout.write("behaviours: test/behaviour-plan.json is not there, nothing is planned\n");

/** Planned against present behaviours, one row per module. */
function countTable({ modules, scenarios }: z.infer<typeof planSchema>): string {
  const rows = Object.entries(modules).map(([module, kinds]) => ({
    module,
    planned: Object.values(kinds).reduce((sum, count) => sum + count, 0),
    present: countTests([`test/behaviours/${module}.test.ts`, `test/behaviours/${module}/**/*.test.ts`]),
  }));
  const missing = scenarios.filter((name) => countTests([`test/scenarios/${name}.test.ts`]) === 0);
  return [
    `${"module".padEnd(16)}${"planned".padStart(9)}${"present".padStart(9)}`,
    ...rows.map(
      ({ module, planned, present }) =>
        `${module.padEnd(16)}${String(planned).padStart(9)}${String(present).padStart(9)}`,
    ),
    `scenarios: ${scenarios.length} planned, ${scenarios.length - missing.length} present${missing.length === 0 ? "" : `, missing ${missing.join(", ")}`}`,
  ].join("\n");
}

/** Calls of `test(` at the top level of the files. */
function countTests(patterns: readonly string[]): number {
  return listFiles(root, patterns)
    .map((path) => tokenize(readFileSync(join(root, path), "utf8")))
    .flatMap((tokens) => tokens.filter((token, index) => token.text === "test" && tokens[index + 1]?.text === "("))
    .length;
}
