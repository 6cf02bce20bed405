import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { READ } from "./declaration.ts";
import { duration } from "./fields.ts";
import { hostAddress, oneLine } from "./host-fields.ts";
import { httpUrl } from "./http.ts";

/** Checks that something on the host answers. */
export const healthCheck = defineOperation({
  ...READ,
  name: "health.check",
  aliases: ["health.check.get", "health.liveness"],
  category: "health",
  summary: "Checks from the host that an address answers HTTP, a port is open, or a program says yes",
  description:
    "Without a target it only checks that the host answers. Asks again every `interval` until the answer is as expected or " +
    "`timeout` is over; then the task fails with the last answer.",
  params: z
    .strictObject({
      url: httpUrl().optional().describe("Address that must answer below 400, or as `status` says"),
      status: z
        .int()
        .min(100, "must be a status from 100 to 599")
        .max(599, "must be a status from 100 to 599")
        .optional()
        .describe("Status the address must answer"),
      port: z
        .int()
        .min(1, "must be at least 1")
        .max(65_535, "must not be above 65535")
        .optional()
        .describe("Port that must accept connections"),
      address: hostAddress().default("127.0.0.1").describe("Host of the port"),
      command: z
        .array(oneLine(4_000))
        .min(1, "must not be empty")
        .optional()
        .describe("Program and arguments that must end with 0"),
      interval: duration().default(1_000).describe("Time between two questions"),
      timeout: duration().default(10_000).describe("Time after which it fails"),
    })
    .refine(
      (value) => [value.url, value.port, value.command].filter((each) => each !== undefined).length <= 1,
      'only one of "url", "port" and "command" may be given',
    ),
  result: z.strictObject({ isHealthy: z.boolean(), attempts: z.int(), answer: z.string() }),
  osFamilies: "any",
  attemptTimeoutMs: 60 * 60_000,
  example: { url: "http://127.0.0.1:8080/health", timeout: "30s" },
});

export type HealthCheckParams = z.output<typeof healthCheck.params>;
