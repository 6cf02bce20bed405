import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { containerReference, dockerLabels, dockerSocket } from "./docker-fields.ts";

const CATEGORY = "docker";
const READ_TIMEOUT_MS = 60_000;
const LIST_MAX = 1_000;
const LINES_MAX = 10_000;

const READ = {
  category: CATEGORY,
  operationClass: "read-only",
  reversibility: "none",
  osFamilies: "any",
  attemptTimeoutMs: READ_TIMEOUT_MS,
  unknownPolicy: "rerun",
  secretParams: [],
} as const;

/** Lists containers. */
export const dockerList = defineOperation({
  ...READ,
  name: "docker.list",
  aliases: ["docker.list.get"],
  summary: "Lists containers",
  params: z.strictObject({
    state: z
      .enum(["running", "stopped", "all"], "must be running, stopped or all")
      .default("running")
      .describe("Which ones"),
    limit: z
      .int()
      .min(1, "must be at least 1")
      .max(LIST_MAX, `must not be above ${LIST_MAX}`)
      .default(100)
      .describe("Most that are listed"),
    labels: dockerLabels().default({}).describe("Only those with all of these labels"),
    ...dockerSocket,
  }),
  result: z.strictObject({
    containers: z
      .array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          image: z.string(),
          state: z.string(),
          createdAtMs: z.number().describe("Time it was made, in milliseconds since 1970 UTC"),
          labels: z.record(z.string(), z.string()).describe("Without those of drover"),
        }),
      )
      .describe("Sorted by name"),
    isTruncated: z.boolean().describe("Whether there are more than the limit"),
  }),
  example: { state: "all" },
});

export type DockerListParams = z.output<typeof dockerList.params>;
export type DockerListResult = z.output<typeof dockerList.result>;

/** Tells everything about a container. */
export const dockerInspect = defineOperation({
  ...READ,
  name: "docker.inspect",
  aliases: ["docker.inspect.get"],
  summary: "Tells what a container is made of and how it is",
  description:
    "Values of environment variables that were given as `secretEnv`, or whose names speak of a password, secret, token or " +
    "key, are replaced by `***`.",
  params: z.strictObject({ container: containerReference().describe("Name or id"), ...dockerSocket }),
  result: z.strictObject({
    id: z.string(),
    name: z.string(),
    image: z.string(),
    imageId: z.string(),
    state: z.string(),
    isRunning: z.boolean(),
    exitCode: z.int(),
    created: z.string(),
    startedAt: z.string().exactOptional(),
    finishedAt: z.string().exactOptional(),
    restartCount: z.int(),
    restart: z.string(),
    command: z.array(z.string()),
    entrypoint: z.array(z.string()),
    env: z.array(z.string()).describe("`NAME=value`, secrets masked"),
    ports: z.array(z.string()).describe("Ports as they are published: `0.0.0.0:8080:80/tcp`"),
    mounts: z.array(
      z.strictObject({ type: z.string(), source: z.string(), path: z.string(), isReadOnly: z.boolean() }),
    ),
    labels: z.record(z.string(), z.string()),
    networks: z.record(z.string(), z.strictObject({ address: z.string(), gateway: z.string(), mac: z.string() })),
    health: z
      .strictObject({ status: z.string(), failingStreak: z.int(), output: z.string().describe("Of the last check") })
      .exactOptional()
      .describe("Absent without a health check"),
  }),
  example: { container: "web" },
});

export type DockerInspectParams = z.output<typeof dockerInspect.params>;
export type DockerInspectResult = z.output<typeof dockerInspect.result>;

/** Reads the output of a container. */
export const dockerLogs = defineOperation({
  ...READ,
  name: "docker.logs",
  aliases: ["docker.logs.get"],
  summary: "Reads the last lines that a container wrote",
  params: z.strictObject({
    container: containerReference().describe("Name or id"),
    tail: z
      .int()
      .min(1, "must be at least 1")
      .max(LINES_MAX, `must not be above ${LINES_MAX}`)
      .default(100)
      .describe("Lines to read, from the end"),
    ...dockerSocket,
  }),
  result: z.strictObject({
    lines: z.array(z.strictObject({ stream: z.enum(["stdout", "stderr"]), text: z.string() })).describe("Oldest first"),
    isTruncated: z.boolean().describe("Whether more than 4 MiB were left out"),
  }),
  example: { container: "web", tail: 50 },
});

export type DockerLogsParams = z.output<typeof dockerLogs.params>;
export type DockerLogsResult = z.output<typeof dockerLogs.result>;
