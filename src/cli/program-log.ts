import type { Command } from "commander";
import type { LogExportOptions } from "./commands/log-export.ts";
import type { LogRebuildOptions } from "./commands/log-rebuild.ts";
import type { LogVerifyOptions } from "./commands/log-verify.ts";
import { commonOptions, examples, type ProgramState } from "./program-options.ts";

/** Commands about the log in which runs are kept. */
export function addLogCommands(program: Command, state: ProgramState): void {
  const { context } = state;
  const log = program.command("log").description("verify, export and replay the log in which runs are kept");
  logCommand(log, "verify", "read the whole log and say what is not as it was written")
    .addHelpText("after", examples("drover log verify", "drover log verify --data /var/lib/drover --output json"))
    .action(async (options: LogVerifyOptions) => {
      const { logVerifyCommand } = await import("./commands/log-verify.ts");
      state.exitCode = await logVerifyCommand({ options, context });
    });
  logCommand(log, "rebuild", "drop the read model and make it anew from the log")
    .addHelpText("after", examples("drover log rebuild"))
    .action(async (options: LogRebuildOptions) => {
      const { logRebuildCommand } = await import("./commands/log-rebuild.ts");
      state.exitCode = await logRebuildCommand({ options, context });
    });
  logCommand(log, "export", "write all events, one JSON value a line")
    .option("--run <id>", "only the events of this run")
    .option("--file <path>", "write to a file instead of standard output")
    .addHelpText(
      "after",
      examples("drover log export > events.ndjson", "drover log export --run run_… --file run.ndjson"),
    )
    .action(async (options: LogExportOptions) => {
      const { logExportCommand } = await import("./commands/log-export.ts");
      state.exitCode = await logExportCommand({ options, context });
    });
}

function logCommand(log: Command, name: string, description: string): Command {
  return commonOptions(log.command(name))
    .description(description)
    .option("--data <folder>", "data folder; default $DROVER_DATA, else $XDG_STATE_HOME/drover");
}
