import { explainShape, type ExplainedMember } from "../src/definition/plan-file/explain-shape.ts";

/** Parts of the language that have a table of their own, with what is said before it. */
const PARTS: readonly (readonly [title: string, path: string, text: string])[] = [
  ["The file", "", "A plan file is YAML 1.2 or JSON. It has a version, a name, and `tasks` or `steps`."],
  [
    "Tasks",
    "tasks",
    "A task does exactly one thing: an operation, a script, a gate or a group. Steps may have a `name` besides.",
  ],
  ["Parameters", "params", "What a run must be given, by `name=value` on the command line."],
  ["Defaults", "defaults", "For tasks that say nothing themselves."],
  ["Dependencies", "tasks.needs", "A name, several names, or a name with the end that is waited for."],
  [
    "Retry",
    "tasks.retry",
    "A number, or all details. The delay before retry k, from 0, is `min(backoff · factor^k, max)`.",
  ],
  ["Time limits", "tasks.timeouts", "Durations are numbers with units: `1h30m`, `45s`, `500ms`."],
  ["Guards", "tasks.guards", "Names of guards over dependencies, or conditions with a reason."],
  ["Scripts", "tasks.script", "A text for `sh`, or all details. Values are never put into the text."],
  ["Approval", "tasks.approval", "A message, or all details."],
  ["Copies over a list", "tasks.foreach", "A list, an expression that gives one, or one of these."],
  ["Undo", "tasks.undo", "An operation or a script on the same hosts."],
];

const ROOTS: readonly (readonly [root: string, holds: string])[] = [
  ["params.NAME", "a parameter of the plan"],
  [
    "tasks.NAME.status",
    "`changed`, `unchanged`, `skipped`, `failed`, `cancelled`, `notRun`, or `unknown` while it has not ended",
  ],
  ["tasks.NAME.changed", "whether it changed something; likewise `failed` and `skipped`"],
  [
    "tasks.NAME.data",
    "its result, as the reference of its operation says; for targets that may be several hosts a map by host",
  ],
  ["tasks.NAME.outputs.OUTPUT", "a named value that the task declares in `outputs`"],
  ["tasks.NAME.hosts", "status, change, error and data of each host"],
  ["tasks.NAME.error", "what went wrong, as text"],
  [
    "needs.failed",
    "whether something the task waits for failed and is not tolerated; likewise `cancelled` and `changed`",
  ],
  ["host.name", "the host an attempt goes to; likewise `host.labels.KEY` and `host.facts`"],
  ["item, key", "inside `foreach` and `matrix`: the item of this copy, and its key"],
  ["result", "only in `outputs`: the data of the task itself"],
  ["run.id, run.plan", "the run, and the name of its plan"],
];

/** Text of `docs/plan-files.md`. */
export function planFilePage(): string {
  const parts = PARTS.map(([title, path, text]) => `## ${title}\n\n${text}\n\n${tableOf(path)}`);
  return `# Plan files

The language of plan files, version 1. Generated from the declarations that also check files; \`drover explain tasks.retry\`
prints a part of it, and [plan.schema.json](plan.schema.json) is the JSON Schema for editors. What the checker finds is
[shown beside another checker](evidence/validate-vs-ansible.md). Begin with
[your first plan file](guides/first-plan-file.md).

\`\`\`yaml
# yaml-language-server: $schema=plan.schema.json
version: 1
name: deploy-web
params:
  version: { type: string, pattern: '^\\d+\\.\\d+$', description: release to install }
defaults: { target: "role:web" }
tasks:
  configure:
    file.deploy: { path: /etc/web.conf, content: "version \${params.version}\\n" }
  restart:
    command.exec: { command: restart-web }
    needs: configure
    when: tasks.configure.changed
    retry: { times: 3, backoff: 1s }
\`\`\`

${parts.join("\n\n")}

## Expressions

Texts and keys of parameters, scripts, targets and lists may hold expressions in \`\${ }\`; \`when\` is an expression without
them. A text that is nothing but \`\${expression}\` keeps the type of its value. \`$\${\` stands for the characters \`\${\`.
Values are never read as expressions, whatever they hold.

| name | what it is |
| ---- | ---------- |
${ROOTS.map(
  ([root, holds]) =>
    `| ${root
      .split(", ")
      .map((name) => `\`${name}\``)
      .join(", ")} | ${holds} |`,
).join("\n")}

A task must wait for the tasks it speaks of. \`{ $file: NAME }\` anywhere in parameters stands for the text of a file beside
the plan; \`$$file\` for a member of that name.

## Hooks

\`on_success\`, \`on_failure\`, \`on_abort\` and \`always\` hold a task or a list of steps. Of a task they wait for that task, of a
plan for all its tasks. They are tasks like others, called \`NAME.on_failure\` or, of a plan, \`on_failure\`; nothing waits for
them. After a failure they run before anything is undone.
`;
}

function tableOf(path: string): string {
  const explained = explainShape(path);
  if (explained === undefined) throw new Error(`Cannot explain "${path}": the language has no such part`);
  const sections = Map.groupBy(explained.members, ({ section }) => section ?? "");
  return [...sections]
    .map(([section, members]) => {
      const head = section === "" ? "" : `### ${section}\n\n`;
      return `${head}| member | type | meaning |\n| --- | --- | --- |\n${members.map(rowOf).join("\n")}`;
    })
    .join("\n\n");
}

function rowOf({ name, type, isRequired, doc, byDefault }: ExplainedMember): string {
  const fallback = byDefault === undefined ? "" : ` Default: ${byDefault}.`;
  const needed = isRequired ? " Needed." : "";
  return `| \`${name}\` | ${type.replaceAll("|", "\\|")} | ${doc.replaceAll("|", "\\|")}${needed}${fallback} |`;
}
