import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { listFiles } from "./source-files.ts";
import { tokenize } from "./source-tokens.ts";

/** `test/behaviour-plan.json`: how many behaviours are planned for each module, in all and by kind. */
const planSchema = z.record(
  z.string(),
  z.object({ planned: z.int().nonnegative(), kinds: z.record(z.string(), z.int().nonnegative()) }),
);

const root = process.cwd();
const planPath = join(root, "test", "behaviour-plan.json");
const plan = existsSync(planPath) ? planSchema.parse(JSON.parse(readFileSync(planPath, "utf8"))) : {};
process.stdout.write(`${countTable(plan)}\n`);

/** Planned against present behaviours, one row for each module. */
function countTable(modules: z.infer<typeof planSchema>): string {
  const rows = Object.entries(modules).map(([module, { planned }]) => ({
    module,
    planned,
    present: countTests(module),
  }));
  return [
    `${"behaviours".padEnd(16)}${"planned".padStart(9)}${"present".padStart(9)}`,
    ...rows.map(
      ({ module, planned, present }) =>
        `${module.padEnd(16)}${String(planned).padStart(9)}${String(present).padStart(9)}`,
    ),
  ].join("\n");
}

/** Calls of `test(` in the files of a module. */
function countTests(module: string): number {
  const patterns =
    module === "scenarios"
      ? ["test/scenarios/*.test.ts"]
      : [
          `test/behaviours/${module}.test.ts`,
          `test/behaviours/${module}-*.test.ts`,
          `test/behaviours/${module}/*.test.ts`,
        ];
  return listFiles(root, patterns)
    .map((path) => tokenize(readFileSync(join(root, path), "utf8")))
    .flatMap((tokens) => tokens.filter((token, index) => token.text === "test" && tokens[index + 1]?.text === "("))
    .length;
}
