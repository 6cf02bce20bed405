import type { Command } from "commander";
import type { CommonOptions } from "./command-options.ts";
import type { ValidateOptions } from "./commands/validate.ts";
import { commonOptions, examples, parameterOptions, planCommand, type ProgramState } from "./program-options.ts";

/** Commands about the language of plan files. */
export function addLanguageCommands(program: Command, state: ProgramState): void {
  const { context } = state;
  parameterOptions(commonOptions(program.command("validate")))
    .description("check plans without running anything; exits with 3 when something is wrong")
    .argument("<files...>", "plan files or modules; and parameters to check as well, name=text")
    .option("--sarif", "write SARIF 2.1.0 to standard output")
    .addHelpText(
      "after",
      examples(
        "drover validate plan.yml",
        "drover validate plans/*.yml --output json",
        "drover validate plan.yml version=1.2",
      ),
    )
    .action(async (files: readonly string[], options: ValidateOptions) => {
      const { validateCommand } = await import("./commands/validate.ts");
      state.exitCode = await validateCommand(files, { options, context });
    });
  planCommand(program, "export", "write a plan as a plan file, when all of it is data")
    .addHelpText("after", examples("drover export plan.ts > plan.yml"))
    .action(async (file: string, words: readonly string[], options: CommonOptions) => {
      const { exportCommand } = await import("./commands/export.ts");
      state.exitCode = await exportCommand(file, words, { options, context });
    });
  commonOptions(program.command("schema"))
    .description("print the JSON Schema of plan files, for editors")
    .addHelpText("after", examples("drover schema > plan.schema.json"))
    .action(async (options: CommonOptions) => {
      const { schemaCommand } = await import("./commands/schema.ts");
      state.exitCode = await schemaCommand({ options, context });
    });
}
