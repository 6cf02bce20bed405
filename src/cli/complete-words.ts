import type { Command, Option } from "commander";

/** What completion looks up outside of the program itself. */
export interface CompletionSources {
  /** Plan files and modules below the folder. */
  planFiles(): Promise<readonly string[]>;
  runIds(): Promise<readonly string[]>;
  operations(): Promise<readonly string[]>;
  /** Tasks of a plan file, or of the last run when none is named. */
  taskNames(planFile: string | undefined): Promise<readonly string[]>;
}

/** A word that names a plan. */
const PLAN_WORD = /\.(?:ya?ml|json|[cm]?ts|[cm]?js)$/;
/** Tasks may be named by these commands, behind a plan or a run. */
const TASK_COMMANDS: ReadonlySet<string> = new Set([
  "why",
  "retry",
  "rewind",
  "skip",
  "mark",
  "settle",
  "approve",
  "reject",
]);

/**
 * Words that may stand in the place of the last one. What is there of it already need not be looked at by the sources: only
 * what begins with it comes back, sorted.
 *
 * @param words everything behind the name of the program, the one to complete last; it may be empty
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  sources: CompletionSources,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? "";
  const { command, operands, open } = walk(program, words.slice(0, -1));
  const all = await candidates({ command, operands, open, current }, sources);
  return [...new Set(all)].filter((word) => word.startsWith(current)).toSorted();
}

interface Position {
  readonly command: Command;
  /** Words before the current one that are no options and no values of them. */
  readonly operands: readonly string[];
  /** The option whose value comes next. */
  readonly open: Option | undefined;
}

function walk(program: Command, words: readonly string[]): Position {
  let command = program;
  let open: Option | undefined;
  const operands: string[] = [];
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (word.startsWith("-")) open = optionOf(command, word);
    else {
      const inner = operands.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (inner === undefined) operands.push(word);
      else command = inner;
    }
  }
  return { command, operands, open };
}

/** The option a word names, when its value is the next word. */
function optionOf(command: Command, word: string): Option | undefined {
  const option = command.options.find(({ long, short }) => word === long || word === short);
  return option?.required === true ? option : undefined;
}

async function candidates(
  { command, operands, open, current }: Position & { readonly current: string },
  sources: CompletionSources,
): Promise<readonly string[]> {
  if (open !== undefined) return open.argChoices ?? [];
  if (current.startsWith("-")) return visibleOptions(command);
  const inner = operands.length === 0 ? command.commands.map((one) => one.name()).filter(isShown) : [];
  if (inner.length > 0) return inner;
  const { registeredArguments } = command;
  const argument = registeredArguments[operands.length] ?? registeredArguments.findLast((one) => one.variadic);
  const name = argument?.name() ?? "";
  if (argument?.argChoices !== undefined) return argument.argChoices;
  if (/operation|filter/.test(name)) {
    const plans = name.includes("plan") ? await sources.planFiles() : [];
    return [...(await sources.operations()), ...plans];
  }
  if (/^(?:plan|files?)/.test(name)) {
    const tasks = TASK_COMMANDS.has(command.name()) ? await sources.taskNames(undefined) : [];
    return [...(await sources.planFiles()), ...tasks];
  }
  if (/^(?:run|one|other)$/.test(name)) return ["last", ...(await sources.runIds())];
  if (/task/.test(name)) return sources.taskNames(operands.find((word) => PLAN_WORD.test(word)));
  return [];
}

function visibleOptions(command: Command): readonly string[] {
  return [...command.options.flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long])), "--help"];
}

/** Commands that only programs call. */
function isShown(name: string): boolean {
  return !name.startsWith("_");
}
