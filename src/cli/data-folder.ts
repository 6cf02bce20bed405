import { resolve } from "node:path";
import type { CliContext } from "./cli-context.ts";
import { stateFolderOf } from "./last-run.ts";

/** The option of commands that use the data folder. */
export interface DataOptions {
  readonly data?: string;
}

/** Where runs are kept: `--data`, else `DROVER_DATA`, else `$XDG_STATE_HOME/drover`. Empty texts count as not given. */
export function dataFolderOf({ data }: DataOptions, { env, folder }: Pick<CliContext, "env" | "folder">): string {
  const given = [data, env["DROVER_DATA"]].find((text) => text !== undefined && text !== "");
  return given === undefined ? stateFolderOf(env) : resolve(folder, given);
}
