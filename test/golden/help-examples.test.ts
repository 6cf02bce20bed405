import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { Command } from "commander";
import { completeWords, type CompletionSources } from "../../src/cli/complete-words.ts";
import { SHELLS, completionScript } from "../../src/cli/completion-scripts.ts";
import { programOf } from "../../src/cli/program.ts";
import { EXIT_CODES } from "../../src/report/exit-code.ts";
import { FakeContext } from "./fake-context.ts";
import { TextSink } from "./virtual-terminal.ts";

/** The program with what its help prints; commands do nothing but note that they were called. */
function inertProgram(): { readonly program: Command; readonly printed: TextSink; readonly called: string[] } {
  const printed = new TextSink();
  const context = new FakeContext({ stdout: printed });
  const program = programOf({ context, words: [], exitCode: EXIT_CODES.ok });
  const called: string[] = [];
  for (const command of leaves(program)) command.action(() => void called.push(command.name()));
  return { program, printed, called };
}

function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function examplesOf(command: Command, printed: TextSink): readonly string[] {
  const before = printed.text.length;
  command.outputHelp();
  return printed.text
    .slice(before)
    .split("\n")
    .flatMap((line) => /^ {2}\$ (.+)$/.exec(line)?.[1] ?? []);
}

/** The words that reach the program: what the shell does around it is left out. */
function wordsOf(example: string): readonly string[] {
  const call = /(?:^|<\(|^\w+=\S+ )(drover [^|>)]*)/.exec(example)?.[1] ?? "";
  return [...call.matchAll(/(["'])(.*?)\1|(\S+)/g)].map(([, , quoted, plain]) => quoted ?? plain ?? "").slice(1);
}

test("given every command, when its help is asked for, then it has examples, and each of them is understood", async () => {
  const { program, printed, called } = inertProgram();
  const commands = leaves(program);
  assert.ok(commands.length > 35);
  for (const command of commands) {
    const examples = examplesOf(command, printed);
    assert.ok(examples.length > 0, `${command.name()} has no example`);
    for (const example of examples) {
      const words = wordsOf(example);
      // Each time a new program: options that were given stay.
      const fresh = inertProgram();
      await assert.doesNotReject(fresh.program.parseAsync(words, { from: "user" }), example);
      assert.deepEqual(fresh.called, [command.name()], example);
    }
  }
  assert.deepEqual(called, []);
});

const SOURCES: CompletionSources = {
  planFiles: async () => ["plan.yml", "site.ts"],
  runIds: async () => ["run_1"],
  operations: async () => ["file.deploy", "file.line"],
  taskNames: async (file) => (file === undefined ? ["last-task"] : [`task of ${file}`]),
};

test("given words so far, when completed, then what may come next is offered, and nothing else", async () => {
  const { program } = inertProgram();
  const cases: readonly (readonly [words: readonly string[], expected: readonly string[]])[] = [
    [["val"], ["validate"]],
    [
      ["log", ""],
      ["export", "rebuild", "verify"],
    ],
    [
      ["run", ""],
      ["plan.yml", "site.ts"],
    ],
    [
      ["run", "plan.yml", "--rollback", "o"],
      ["off", "onFailure"],
    ],
    [["run", "--fleet", "hosts.yml", "pl"], ["plan.yml"]],
    [["run", "--det"], []],
    [["plan", "--det"], ["--detailed-exitcode"]],
    [
      ["exec", "file."],
      ["file.deploy", "file.line"],
    ],
    [
      ["show", ""],
      ["last", "run_1"],
    ],
    [["why", "plan.yml", ""], ["task of plan.yml"]],
    [["why", "l"], ["last-task"]],
    [["completion", "z"], ["zsh"]],
    [["__c"], []],
    [["nonsense", "x", ""], []],
  ];
  for (const [words, expected] of cases) {
    assert.deepEqual(await completeWords(program, words, SOURCES), expected, words.join(" "));
  }
});

test("given the script of a shell that is installed, when the shell reads it, then it finds nothing wrong", (context) => {
  const checks: Readonly<Record<string, readonly string[]>> = {
    bash: ["-n", "-c"],
    zsh: ["-n", "-c"],
    fish: ["--no-execute", "-c"],
  };
  const read = SHELLS.filter((shell) => {
    const words = checks[shell];
    if (words === undefined || spawnSync(shell, ["-c", "true"]).status !== 0) return false;
    const { status, stderr } = spawnSync(shell, [...words, completionScript(shell)], { encoding: "utf8" });
    assert.equal(status, 0, `${shell}: ${stderr}`);
    return true;
  });
  context.diagnostic(`read by ${read.join(", ")}`);
  assert.ok(read.includes("bash"), "bash is part of every machine the tests run on");
});

test("given bash with the script, when it completes a word, then it asks the program and quotes the answer", () => {
  const script = [
    'drover() { [ "$1" = __complete ] && printf "%s\\n" "plan.yml" "my plan.yml" "a;rm -rf b"; }',
    completionScript("bash"),
    "COMP_WORDS=(drover run ''); COMP_CWORD=2; _drover",
    'printf "[%s]" "${COMPREPLY[@]}"',
  ].join("\n");
  const { stdout, status } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  assert.equal(status, 0);
  assert.equal(stdout, "[plan.yml][my\\ plan.yml][a\\;rm\\ -rf\\ b]");
});
