import type { BodyDefinition, GateCondition, ScriptDefinition } from "../task-body.ts";
import { hasExpressions, TemplateDefinition } from "../template-definition.ts";
import { BODY_NAMES } from "./language/task-shape.ts";
import { jsonOf, type Members, membersOf, plainOf, textOf } from "./members.ts";
import type { ReaderContext, TaskPart } from "./reader-context.ts";
import { interpolationIn, isShellText } from "./shell-text.ts";
import type { SourcePath } from "./source-tree.ts";

const BODIES: ReadonlySet<string> = new Set(BODY_NAMES);

/** Members that make a task one of several. */
const REPEATING = ["foreach", "matrix", "copies"];

/** The one member that says what a task does; anything else is reported. */
export function bodyMember(part: TaskPart, word: string, context: ReaderContext): string | undefined {
  const { members, path } = part;
  const named: string[] = [];
  for (const name of members.keys()) if (BODIES.has(name) || name.includes(".")) named.push(name);
  const [first, ...others] = named;
  if (first === undefined) {
    // A member that was refused would have been the body.
    if (hasRefused(part, context)) return undefined;
    context.report({
      code: "DRV_PLANFILE_TASK_BODY",
      path,
      isKey: true,
      message: `Cannot read ${word}: it says nothing that could be done`,
      hint: "Add an operation such as file.deploy, a script, a gate or a group",
    });
    return undefined;
  }
  for (const name of others) {
    context.report({
      code: "DRV_PLANFILE_TASK_BODY",
      path: [...path, name],
      isKey: true,
      message: `Cannot read ${word}: it says both ${first} and ${name}, and one of them is needed`,
      hint: "Make two tasks of it",
    });
  }
  return first;
}

/** Whether something of a task that is in the file is not among its members any more, or it has one nobody knows. */
function hasRefused({ members, path }: TaskPart, { tree }: ReaderContext): boolean {
  let value: unknown = tree.value;
  for (const step of path) {
    value =
      typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, step)?.value : undefined;
  }
  return typeof value === "object" && value !== null && Object.keys(value).some((name) => !members.has(name));
}

export function isRepeating(members: Members): boolean {
  return REPEATING.some((name) => members.has(name));
}

/** An operation, a script or a gate; `undefined` when it is none of these or was reported. */
export function readLeaf(name: string, part: TaskPart, context: ReaderContext): BodyDefinition | undefined {
  const given = part.members.get(name);
  if (name.includes(".")) return readOperation(name, part, context);
  if (name === "script") return readScript(part, context);
  const gate = readGate(name, given);
  return gate === undefined ? undefined : { kind: "gate", gate };
}

function readOperation(
  operation: string,
  { members, path }: TaskPart,
  context: ReaderContext,
): BodyDefinition | undefined {
  const given = members.get(operation) ?? {};
  if (typeof given !== "object" || Array.isArray(given)) {
    context.report({
      code: "DRV_PLANFILE_VALUE_INVALID",
      path: [...path, operation],
      message: `Cannot read the parameters of ${operation}: they are no map`,
      hint: `Write ${operation}: { … }; see "drover ops ${operation}"`,
    });
    return undefined;
  }
  const params = withShellText(operation, withFiles(given, [...path, operation], context), { path, context });
  if (hasExpressions(params)) return { kind: "operation", operation, params: new TemplateDefinition(params) };
  return { kind: "operation", operation, params: jsonOf(params) };
}

/** What a shell reads is no template: `${NAME}` in it is the shell's. */
function withShellText(
  operation: string,
  params: object,
  { path, context }: { readonly path: SourcePath; readonly context: ReaderContext },
): object {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(params);
  if (!entries.some(([name, value]) => isShellText(operation, name, value))) return params;
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (!isShellText(operation, name, value) || !value.includes("${")) return [name, value];
      return [name, scriptText(value, [...path, operation, name], context).replaceAll("${", () => "$${")];
    }),
  );
}

function readGate(name: string, given: unknown): GateCondition | undefined {
  const members = membersOf(given);
  switch (name) {
    case "approval": {
      const message = textOf(given) ?? textOf(members?.get("message"));
      const quorum = members?.get("quorum");
      return {
        kind: "approval",
        ...(message === undefined ? {} : { message: withExpressions(message) }),
        ...(typeof quorum === "number" ? { quorum } : {}),
      };
    }
    case "delay":
      return { kind: "delay", delay: textOf(given) ?? "" };
    case "until":
      return { kind: "until", at: typeof given === "number" ? given : (textOf(given) ?? "") };
    case "signal":
      return { kind: "signal", name: textOf(given) ?? "" };
    default:
      return undefined;
  }
}

/** A text that is a template only when it has to be one. */
export function withExpressions(text: string): string | TemplateDefinition {
  return text.includes("${") ? new TemplateDefinition(text) : text;
}

const SCRIPT_VALUES = ["args", "env", "cwd", "input"];

function readScript({ members, path }: TaskPart, context: ReaderContext): ScriptDefinition | undefined {
  const given = members.get("script");
  if (typeof given === "string") return { kind: "script", script: scriptText(given, [...path, "script"], context) };
  const script = membersOf(given);
  if (script === undefined) return undefined;
  const place = [...path, "script"];
  const text = readScriptText(script, place, context);
  if (text === undefined) return undefined;
  const values = Object.fromEntries(
    SCRIPT_VALUES.filter((name) => script.has(name)).map((name) => [name, plainOf(script.get(name))]),
  );
  const settled = withFiles(values, place, context);
  const isTemplate = hasExpressions(settled);
  const others = ["interpreter", "unknownPolicy"].filter((name) => script.has(name));
  const rest: object = Object.fromEntries(others.map((name) => [name, script.get(name)]));
  return {
    ...rest,
    ...(isTemplate ? { values: new TemplateDefinition(settled) } : settled),
    kind: "script",
    script: text,
  };
}

function readScriptText(script: Members, place: SourcePath, context: ReaderContext): string | undefined {
  const run = textOf(script.get("run"));
  const file = textOf(script.get("file"));
  if ((run === undefined) === (file === undefined)) {
    context.report({
      code: "DRV_PLANFILE_KEY_MISSING",
      path: place,
      isKey: true,
      message: `Cannot read the script: ${run === undefined ? "it has no text" : "it has both run and file"}`,
      hint: "Give either its text as run, or a file",
    });
    return undefined;
  }
  if (run !== undefined) return scriptText(run, [...place, "run"], context);
  return file === undefined ? undefined : linkedText(file, [...place, "file"], context);
}

/** Text of programs is run as it stands: values never go into it. */
function scriptText(text: string, path: SourcePath, context: ReaderContext): string {
  // A shell has `${NAME}` of its own, which is what it looks like; an expression shows by its root.
  const start = interpolationIn(text);
  if (start !== -1) rejectInterpolation(path, { start, text }, context);
  return text;
}

/** Reports an expression inside the text of a program. */
export function rejectInterpolation(
  path: SourcePath,
  { start, text }: { readonly start: number; readonly text: string },
  context: Pick<ReaderContext, "report">,
): void {
  const end = text.indexOf("}", start);
  context.report({
    code: "DRV_PLANFILE_SHELL_INTERPOLATION",
    path,
    character: start,
    length: (end === -1 ? text.length : end + 1) - start,
    message: "Cannot put a value into the text of a program: whatever the value holds would be run",
    hint: 'Give it by args and write "$1" in the text, or by env and write "$NAME"',
  });
}

/** The text of a file beside this one, or `undefined` after reporting why not. */
function linkedText(reference: string, path: SourcePath, context: ReaderContext): string | undefined {
  const linked = context.link(reference, "text");
  if (linked.kind === "text") return linked.text;
  if (linked.kind === "refused") {
    const { message, hint } = linked;
    context.report({ code: "DRV_PLANFILE_UNREADABLE", path, message, ...(hint === undefined ? {} : { hint }) });
  }
  return undefined;
}

const FILE_KEY = "$file";

/** The value with the texts of files in place of `{ $file: NAME }`. */
function withFiles(value: object, path: SourcePath, context: ReaderContext): object {
  if (!context.tree.namesFiles) return value;
  const replaced = replaceFiles(value, path, context);
  return typeof replaced === "object" && replaced !== null ? replaced : {};
}

function replaceFiles(value: unknown, path: SourcePath, context: ReaderContext): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => replaceFiles(item, [...path, index], context));
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === FILE_KEY && typeof only[1] === "string") {
    // A file is no template: whatever looks like an expression in it stands for itself.
    return linkedText(only[1], [...path, FILE_KEY], context)?.replaceAll("${", () => "$${") ?? "";
  }
  return Object.fromEntries(
    entries.map(([name, member]) => [unescapedKey(name), replaceFiles(member, [...path, name], context)]),
  );
}

/** `$$file` stands for a member that is called `$file`. */
function unescapedKey(name: string): string {
  return /^\$\$+file$/.test(name) ? name.slice(1) : name;
}
