import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorPage } from "./error-docs.ts";
import { expressionPage } from "./expression-docs.ts";
import { planFileSchema } from "../src/definition/plan-file/json-schema.ts";
import { operationPage } from "./operation-docs.ts";
import { planFilePage } from "./plan-file-docs.ts";
import { runCommand, toolCommand } from "./run-command.ts";

/** Pages that are generated, by the word that names them on the command line. */
const PAGES: { readonly [name: string]: { readonly path: string; readonly write: (root: string) => string } } = {
  expressions: {
    path: "docs/expressions.md",
    write: (root) => expressionPage(readFileSync(join(root, "docs/expressions.md"), "utf8")),
  },
  errors: { path: "docs/errors.md", write: errorPage },
  "plan-files": { path: "docs/plan-files.md", write: planFilePage },
  schema: { path: "docs/plan.schema.json", write: () => JSON.stringify(planFileSchema()) },
  operations: { path: "docs/operations.md", write: operationPage },
};

/** Text of a generated page, formatted as the repository is. */
async function generate(root: string, name: string): Promise<{ readonly path: string; readonly text: string }> {
  const page = PAGES[name];
  if (page === undefined)
    throw new Error(`Cannot generate "${name}": it is not one of ${Object.keys(PAGES).join(", ")}`);
  const argv = [...toolCommand(root, "oxfmt"), "--stdin-filepath", page.path];
  const { stdout } = await runCommand(argv, { cwd: root, stdin: page.write(root) });
  return { path: page.path, text: stdout };
}

/** Generated pages that differ from what the code says now. */
export async function staleDocs(root: string): Promise<readonly string[]> {
  const pages = await Promise.all(Object.keys(PAGES).map((name) => generate(root, name)));
  return pages
    .filter(({ path, text }) => !existsSync(path) || readFileSync(join(root, path), "utf8") !== text)
    .map(({ path }) => path);
}

if (import.meta.main) {
  const root = process.cwd();
  const names = process.argv.slice(2);
  for (const name of names.length === 0 ? Object.keys(PAGES) : names) {
    const { path, text } = await generate(root, name);
    writeFileSync(join(root, path), text);
    process.stdout.write(`${path}\n`);
  }
}
