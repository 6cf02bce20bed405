import { z } from "zod";
import { OPERATION_TIMEOUT_MS_DEFAULT } from "../../base/limits.ts";
import { defineOperation } from "../spec.ts";
import { argv, containerReference, dockerSocket } from "./docker-fields.ts";
import { absolutePath, duration, environment } from "./fields.ts";

/** Runs a program in a container. */
export const dockerExec = defineOperation({
  name: "docker.exec",
  aliases: ["docker.exec.execute"],
  category: "docker",
  summary: "Runs a program inside of a running container",
  description:
    "Arguments reach the program exactly as given, without a shell. An exit code outside `okExitCodes` fails the task and " +
    "keeps the output. Programs that need standard input run with the target `docker:NAME` and `command.exec`.",
  params: z.strictObject({
    container: containerReference().describe("Name or id of a running container"),
    command: argv().describe("Program with arguments"),
    env: environment().default({}).describe("Environment variables added to those of the container"),
    secretEnv: environment().default({}).describe("Environment variables whose values are masked everywhere"),
    workingDir: absolutePath().optional().describe("Folder to run in"),
    user: z
      .string()
      .regex(/^[A-Za-z0-9_][\w.-]{0,63}(:[A-Za-z0-9_][\w.-]{0,63})?$/, "must be a user or user:group")
      .optional()
      .describe("User, or user and group, by name or number"),
    timeout: duration().optional().describe("Time the program may take; the attempt's time also applies"),
    creates: absolutePath().optional().describe("Do not run when this path exists in the container"),
    removes: absolutePath().optional().describe("Do not run when this path does not exist in the container"),
    unless: argv().optional().describe("Do not run when this program exits with 0 in the container"),
    onlyIf: argv().optional().describe("Run only when this program exits with 0 in the container"),
    okExitCodes: z
      .array(z.int().min(0, "must not be negative").max(255, "must not be above 255"))
      .min(1, "must not be empty")
      .default([0])
      .describe("Exit codes that mean success"),
    ...dockerSocket,
  }),
  result: z.strictObject({
    stdout: z.string().describe("Standard output, at most 1 MiB of it"),
    stderr: z.string().describe("Standard error, at most 1 MiB of it"),
    exitCode: z.int().describe("Exit code; 0 when it did not run"),
    durationMs: z.number().describe("Time it ran"),
    droppedBytes: z.int().exactOptional().describe("Bytes of output left out in the middle"),
    notRunReason: z.string().exactOptional().describe("Which guard said that it need not run"),
  }),
  operationClass: "non-idempotent",
  reversibility: "none",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "hold",
  secretParams: ["secretEnv"],
  example: { container: "web", command: ["nginx", "-s", "reload"], onlyIf: ["nginx", "-t"] },
});

export type DockerExecParams = z.output<typeof dockerExec.params>;
export type DockerExecResult = z.output<typeof dockerExec.result>;
