import { z } from "zod";
import { ACT } from "./declaration.ts";
import { commandExec, commandShell } from "./command.ts";
import { defineOperation } from "../spec.ts";
import { absolutePath, duration, environment, json, text } from "./fields.ts";
import { oneLine } from "./host-fields.ts";

/** Runs the text of a script by an interpreter. */
export const scriptRun = defineOperation({
  ...ACT,
  name: "script.run",
  aliases: ["script.run.execute"],
  category: "script",
  summary: "Runs the text of a script by an interpreter of the host, with values as arguments, environment or input",
  description:
    "The text goes into a file that only drover's user may read and that is removed afterwards. Values reach it by `args`, " +
    "`env` or, as JSON on standard input, by `input`; never by putting them into the text. An exit code other than 0 fails " +
    "the task and keeps the output.",
  params: z.strictObject({
    script: text().min(1, "must not be empty").describe("Text of the script"),
    interpreter: z
      .array(oneLine().min(1, "must not be empty"))
      .min(1, "must not be empty")
      .default(["/bin/sh"])
      .describe("Program and its own arguments"),
    args: z.array(text()).default([]).describe("Arguments"),
    env: environment().default({}).describe("Environment variables"),
    secretEnv: environment().default({}).describe("Environment variables whose values are masked everywhere"),
    input: json().optional().describe("Value given as JSON on standard input"),
    cwd: absolutePath().optional().describe("Folder to run in; must exist"),
    timeout: duration().optional().describe("Time it may take"),
    creates: absolutePath().optional().describe("Do not run when this path exists"),
    removes: absolutePath().optional().describe("Do not run when this path does not exist"),
  }),
  result: commandExec.result,
  osFamilies: "any",
  needsRoot: false,
  secretParams: commandShell.secretParams,
  example: { script: 'cp -a "$1" "$1.bak"', args: ["/etc/app.conf"], creates: "/etc/app.conf.bak" },
});

export type ScriptRunParams = z.output<typeof scriptRun.params>;
