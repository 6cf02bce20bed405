import type { Command } from "commander";
import type { ApplyOptions } from "./commands/apply.ts";
import type { DriftCommandOptions } from "./commands/drift.ts";
import type { ExecOptions } from "./commands/exec.ts";
import type { PlanOptions } from "./commands/plan.ts";
import type { RunOptions } from "./commands/run.ts";
import {
  commonOptions,
  examples,
  parameterOptions,
  planCommand,
  runOptions,
  type ProgramState,
} from "./program-options.ts";

/** Commands that carry plans out, or look at what they would do. */
export function addRunningCommands(program: Command, state: ProgramState): void {
  addRunCommand(program, state);
  addPlanCommand(program, state);
  addApplyCommand(program, state);
  addExecCommand(program, state);
  addDriftCommand(program, state);
}

function addRunCommand(program: Command, state: ProgramState): void {
  const { context } = state;
  runOptions(planCommand(program, "run", "carry out a plan"))
    .option("--dry-run", "only show what would change, as drover plan does")
    .option("--ephemeral", "keep nothing: the run ends with this process, and cannot be resumed")
    .option("--new", "start although an earlier run of the plan has not finished")
    .option("--data <folder>", "where runs are kept; default DROVER_DATA or the state folder of the user")
    .option("--durable <folder>", "the same as --data")
    .addHelpText(
      "after",
      examples(
        "drover run plan.ts",
        "drover run plan.ts version=1.2 replicas:=3",
        "drover run plan.yml --params prod.yml --set version=1.2",
        "drover run plans.ts#rollout --fleet hosts.yml --rollback onFailure",
        "drover run plan.ts --output json > report.json",
        "drover run plan.ts --ephemeral",
      ),
    )
    .action(async (file: string, words: readonly string[], options: RunOptions) => {
      const { runCommand } = await import("./commands/run.ts");
      state.exitCode = await runCommand(file, words, { options, context });
    });
}

function addPlanCommand(program: Command, state: ProgramState): void {
  const { context } = state;
  // What is saved is what -o stands for here.
  const description = "show what a run would change, without changing anything";
  runOptions(planCommand(program, "plan", description, "--output <format>"))
    .option("-o, --out <file>", "save what was found, for drover apply")
    .option("--detailed-exitcode", "exit with 2 when something would change")
    .addHelpText(
      "after",
      examples(
        "drover plan plan.ts",
        "drover plan plan.yml --params prod.yml --set version=1.2",
        "drover plan plan.yml -o plan.saved.json",
        "drover plan plan.ts --detailed-exitcode || echo differs",
      ),
    )
    .action(async (file: string, words: readonly string[], options: PlanOptions) => {
      const { planCommand: show } = await import("./commands/plan.ts");
      state.exitCode = await show(file, words, { options, context });
    });
}

function addDriftCommand(program: Command, state: ProgramState): void {
  const { context } = state;
  runOptions(
    planCommand(program, "drift", "compare what a plan deployed with what is there; exits with 2 when it differs"),
  )
    .option("--repair", "bring back what has drifted, and nothing else")
    .addHelpText(
      "after",
      examples(
        "drover drift plan.ts",
        "drover drift plan.ts --repair",
        "drover drift plan.ts --output json | jq .counts",
      ),
    )
    .action(async (file: string, words: readonly string[], options: DriftCommandOptions) => {
      const { driftCommand } = await import("./commands/drift.ts");
      state.exitCode = await driftCommand(file, words, { options, context });
    });
}

function addApplyCommand(program: Command, state: ProgramState): void {
  const { context } = state;
  parameterOptions(commonOptions(program.command("apply")))
    .description("carry out what drover plan -o has saved, unless a host is not as it was found then")
    .argument("<file>", "what drover plan -o has written")
    .argument("[secrets...]", "secret parameters, which are not saved: name=text")
    .option("--ephemeral", "keep nothing: the run ends with this process, and cannot be resumed")
    .option("--new", "start although an earlier run of the plan has not finished")
    .option("--data <folder>", "where runs are kept; default DROVER_DATA or the state folder of the user")
    .addHelpText("after", examples("drover apply plan.saved.json", "drover apply plan.saved.json token=abc"))
    .action(async (file: string, words: readonly string[], options: ApplyOptions) => {
      const { applyCommand } = await import("./commands/apply.ts");
      state.exitCode = await applyCommand(file, words, { options, context });
    });
}

function addExecCommand(program: Command, state: ProgramState): void {
  const { context } = state;
  runOptions(parameterOptions(commonOptions(program.command("exec"))))
    .description("carry out one operation, or run one command, on hosts; without a plan")
    .argument("[operation]", "name of an operation, as drover ops lists them")
    .argument("[parameters...]", "its parameters: name=text, or name:=json; or a command behind --")
    .option("--target <target>", "hosts: _any, _all, a name, a label such as role:web; default _any")
    .option("--where <condition>", "all hosts for which it holds, such as: host.labels.role == 'web'")
    .option("--dry-run", "only show what would change")
    .addHelpText(
      "after",
      examples(
        "drover exec node.uptime",
        "drover exec file.deploy path=/etc/motd content=Hello --target role:web --fleet hosts.yml",
        "drover exec --target _all --fleet hosts.yml -- uname -a",
      ),
    )
    .action(async (operation: string | undefined, words: readonly string[], options: ExecOptions) => {
      const { execCommand } = await import("./commands/exec.ts");
      const at = state.words.indexOf("--");
      const command = at === -1 ? undefined : state.words.slice(at + 1);
      const given = [...(operation === undefined ? [] : [operation]), ...words];
      const before = command === undefined ? given : given.slice(0, given.length - command.length);
      state.exitCode = await execCommand(before, command, { options, context });
    });
}
