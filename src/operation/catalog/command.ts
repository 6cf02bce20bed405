import { z } from "zod";
import { OPERATION_TIMEOUT_MS_DEFAULT } from "../../base/limits.ts";
import { defineOperation } from "../spec.ts";
import { absolutePath, duration, environment, text } from "./fields.ts";

const CATEGORY = "command";

function guardCommand() {
  return z
    .union([text().min(1, "must not be empty"), z.array(text()).min(1, "must not be empty")], "must be text or a list")
    .transform((command) => (typeof command === "string" ? ["/bin/sh", "-c", command] : command));
}

/** What both ways to run a command have in common. */
const COMMON = {
  cwd: absolutePath().optional().describe("Folder to run in; must exist"),
  env: environment().default({}).describe("Environment variables added to a clean environment"),
  secretEnv: environment()
    .default({})
    .describe("Environment variables whose values are masked in results, output and errors"),
  stdin: text().optional().describe("Text given on standard input"),
  timeout: duration().optional().describe("Time the command may take, such as `30s`; the attempt's time also applies"),
  sudo: z.boolean().default(false).describe("Run through sudo, as root or as `user`"),
  user: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}$/, "must be the name of a user")
    .optional()
    .describe("User to run as, through sudo"),
  creates: absolutePath().optional().describe("Do not run when this path exists"),
  removes: absolutePath().optional().describe("Do not run when this path does not exist"),
  unless: guardCommand()
    .optional()
    .describe("Do not run when this command exits with 0; a list of arguments, or shell text"),
  onlyIf: guardCommand()
    .optional()
    .describe("Run only when this command exits with 0; a list of arguments, or shell text"),
  okExitCodes: z
    .array(z.int().min(0, "must not be negative").max(255, "must not be above 255"))
    .min(1, "must not be empty")
    .default([0])
    .describe("Exit codes that mean success"),
};

const commandResult = z.strictObject({
  stdout: z.string().describe("Standard output, at most 1 MiB of it"),
  stderr: z.string().describe("Standard error, at most 1 MiB of it"),
  exitCode: z.int().describe("Exit code; 0 when it did not run"),
  durationMs: z.number().describe("Time it ran"),
  droppedBytes: z.int().exactOptional().describe("Bytes of output left out in the middle"),
  notRunReason: z.string().exactOptional().describe("Which guard said that it need not run"),
});

export type CommandResult = z.output<typeof commandResult>;

/** Runs a program with arguments, without a shell. */
export const commandExec = defineOperation({
  name: "command.exec",
  aliases: ["command.exec.execute"],
  category: CATEGORY,
  summary: "Runs a program with arguments, without a shell",
  description:
    "Arguments reach the program exactly as given: nothing in them is read by a shell. A program that ran has changed " +
    "the host as far as anyone can say; `creates`, `removes`, `unless` and `onlyIf` say when it need not run. An exit " +
    "code outside `okExitCodes` fails the task and keeps the output.",
  params: z.strictObject({
    command: text().min(1, "must not be empty").describe("Program: a name found in PATH, or an absolute path"),
    args: z.array(text()).default([]).describe("Arguments"),
    ...COMMON,
  }),
  result: commandResult,
  operationClass: "non-idempotent",
  reversibility: "none",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "hold",
  secretParams: ["secretEnv"],
  example: { command: "systemctl", args: ["reload", "nginx"], onlyIf: ["nginx", "-t"], timeout: "30s" },
});

export type CommandExecParams = z.output<typeof commandExec.params>;

/** Runs text by `/bin/sh`. */
export const commandShell = defineOperation({
  name: "command.shell",
  aliases: ["command.shell.execute"],
  category: CATEGORY,
  summary: "Runs shell text by /bin/sh, with values given as arguments or environment",
  description:
    'The text runs by `/bin/sh -c` as it stands: give values by `args` (`"$1"`, `"$2"`, …) or `env` and quote them there, ' +
    "never by putting them into the text. Guards and exit codes work as in `command.exec`.",
  params: z.strictObject({
    script: text().min(1, "must not be empty").describe("Shell text"),
    args: z.array(text()).default([]).describe('Positional arguments `"$1"`, `"$2"`, … of the text'),
    ...COMMON,
  }),
  result: commandResult,
  operationClass: "non-idempotent",
  reversibility: "none",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "hold",
  secretParams: ["secretEnv"],
  example: {
    script: 'tar -czf "$1" -C /srv/app .',
    args: ["/var/backups/app.tar.gz"],
    creates: "/var/backups/app.tar.gz",
  },
});

export type CommandShellParams = z.output<typeof commandShell.params>;
