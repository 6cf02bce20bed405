import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { EXIT_CODES, type ExitCode } from "../../report/exit-code.ts";
import type { CliContext } from "../cli-context.ts";
import { completeWords, type CompletionSources } from "../complete-words.ts";
import { completionScript, type Shell } from "../completion-scripts.ts";
import { dataFolderOf } from "../data-folder.ts";

/** `drover completion SHELL`: what the shell must be told. */
export function completionCommand(shell: Shell, { stdout }: Pick<CliContext, "stdout">): ExitCode {
  stdout.write(completionScript(shell));
  return EXIT_CODES.ok;
}

/** Folders below the current one in which plans are looked for. */
const FOLDERS = [".", "plans", "operations"];
const PLAN_NAME = /\.(?:ya?ml|ts|mts|mjs)$/;
/** Candidates of one kind; shells show a few dozen. */
const CANDIDATES_MAX = 500;

/** Answers a shell: a word a line. Whatever goes wrong is no answer, never a message. */
export async function answerCompletion(
  program: Command,
  words: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const found = await completeWords(program, words, sourcesOf(context));
  context.stdout.write(found.map((word) => `${word}\n`).join(""));
  return EXIT_CODES.ok;
}

function sourcesOf(context: CliContext): CompletionSources {
  return {
    async planFiles() {
      const listed = await Promise.all(
        FOLDERS.map(async (folder) => {
          const names = await readdir(join(context.folder, folder)).catch(() => []);
          return names.filter((name) => PLAN_NAME.test(name)).map((name) => join(folder, name).replaceAll("\\", "/"));
        }),
      );
      return listed.flat().slice(0, CANDIDATES_MAX);
    },
    async runIds() {
      const { openRunsAccess } = await import("../data-runs.ts");
      const opened = await openRunsAccess(dataFolderOf({}, context), context);
      if (!opened.ok) return [];
      await using access = opened.value;
      return (await access.list()).slice(0, CANDIDATES_MAX).map(({ runId }) => runId);
    },
    async operations() {
      const { builtinOperations } = await import("../../operation/catalog.ts");
      return builtinOperations()
        .list()
        .map(({ name }) => name);
    },
    async taskNames(planFile) {
      return planFile === undefined ? lastTasks(context) : tasksOf(planFile, context);
    },
  };
}

async function lastTasks(context: CliContext): Promise<readonly string[]> {
  const { lastRun } = await import("../last-run.ts");
  const last = await lastRun(undefined, context);
  if (!last.ok) return [];
  const { view } = last.value;
  return Array.from({ length: Math.min(view.taskCount, CANDIDATES_MAX) }, (_, index) => view.task(index).name);
}

/** Of plan files only: asking for a word must not run a module. */
async function tasksOf(planFile: string, context: CliContext): Promise<readonly string[]> {
  const { isPlanFileName, openPlanFile } = await import("../plan-source.ts");
  if (!isPlanFileName(planFile)) return [];
  const opened = await openPlanFile(planFile, context.folder);
  return opened.ok ? opened.value.parsed.compiled.tasks.slice(0, CANDIDATES_MAX).map(({ name }) => name) : [];
}
