import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILTIN_OPERATIONS } from "../src/operation/catalog.ts";
import { runCommand, toolCommand } from "./run-command.ts";

/**
 * Writes the evidence page of operations from logs of their tests, as `node --test --test-reporter=spec` prints them:
 *
 *     node --conditions=source tools/operations-suite.ts LOG…
 */

const PAGE = "docs/evidence/operations-suite.md";

/** Properties of the contract by the words of a rule, in the order of the columns. */
const PROPERTIES: readonly (readonly [title: string, signs: readonly RegExp[]])[] = [
  ["reads", [/it is read, then/]],
  ["dry run", [/it is only inspected/, /it is tried, done/]],
  [
    "first changed, then not",
    [/it is applied twice/, /it is applied, then it is changed each time/, /it is tried, done/],
  ],
  ["undone exactly", [/undone, even twice/, /repeated and undone/]],
  ["cut short and undone", [/it is cut short and undone/]],
  ["interrupted", [/it is interrupted anywhere/]],
  ["one effect a token", [/the same token/]],
  ["cancelled", [/it is cancelled before/]],
  ["secrets", [/secrets are not seen/]],
  ["hostile values", [/values are hostile/]],
];

interface Count {
  real: number;
  fake: number;
}

const LINE = /^\s*(✔|✖) (\S+) on ([^:]+): given (.*) \([\d.]+ms\)/;

/** Marks by rule; what a later log says about a rule counts. */
function marksOf(logs: readonly string[]): ReadonlyMap<string, RegExpExecArray> {
  const marks = new Map<string, RegExpExecArray>();
  for (const line of logs.flatMap((log) => log.split("\n"))) {
    const match = LINE.exec(line);
    if (match !== null) marks.set(match.slice(2).join(" "), match);
  }
  return marks;
}

function countsOf(logs: readonly string[]): {
  readonly counts: Map<string, Count[]>;
  readonly failed: readonly string[];
} {
  const counts = new Map<string, Count[]>();
  const failed: string[] = [];
  for (const [, mark = "", operation = "", host = "", rule = ""] of marksOf(logs).values()) {
    if (mark === "✖") failed.push(`${operation} on ${host}: given ${rule}`);
    const row = counts.get(operation) ?? PROPERTIES.map(() => ({ real: 0, fake: 0 }));
    counts.set(operation, row);
    for (const [index, [, signs]] of PROPERTIES.entries()) {
      const count = row[index];
      if (count === undefined || mark === "✖" || !signs.some((sign) => sign.test(rule))) continue;
      if (host === "FakeHost") count.fake++;
      else count.real++;
    }
  }
  return { counts, failed };
}

function cell({ real, fake }: Count): string {
  return [...(real === 0 ? [] : [`${real} real`]), ...(fake === 0 ? [] : [`${fake} fake`])].join(", ") || "–";
}

function page(logs: readonly string[]): string {
  const { counts, failed } = countsOf(logs);
  const names = BUILTIN_OPERATIONS.map(({ name }) => name);
  const tried = names.filter((name) => counts.has(name));
  const rest = names.filter((name) => !counts.has(name));
  const rows = tried.map((name) => `| ${[name, ...(counts.get(name) ?? []).map(cell)].join(" | ")} |`);
  return [
    "# Operations and their contract",
    "How many tests of the provider contract passed, by operation and property. *real*: on this machine below a temporary folder, or in a throw-away system: namespaces of their own over a layer in memory, with the real programs and, for services, a booted systemd. *fake*: on a host in memory with programs that are played. A dash: the property does not apply, or is shown by tests of the operation's own.",
    "```text\nnode --conditions=source --test --test-reporter=spec src/providers/**/*.test.ts > suite.log\nnode --conditions=source tools/operations-suite.ts suite.log\n```",
    `${tried.length} operations, ${failed.length} failed rules.`,
    [
      `| ${["operation", ...PROPERTIES.map(([title]) => title)].join(" | ")} |`,
      `| ${["---", ...PROPERTIES.map(() => "---")].join(" | ")} |`,
      ...rows,
    ].join("\n"),
    ...(failed.length === 0 ? [] : [`Failed:\n\n${failed.map((name) => `- ${name}`).join("\n")}`]),
    ...(rest.length === 0 ? [] : [`With tests of their own only: ${rest.join(", ")}.`]),
    "",
  ].join("\n\n");
}

const root = process.cwd();
const logs = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const { stdout } = await runCommand([...toolCommand(root, "oxfmt"), "--stdin-filepath", PAGE], {
  cwd: root,
  stdin: page(logs),
});
writeFileSync(join(root, PAGE), stdout);
process.stdout.write(`${PAGE}\n`);
