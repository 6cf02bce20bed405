import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ACT, ENSURE, noParams, READ } from "./declaration.ts";
import { packageName } from "./host-fields.ts";

const MANAGED = { category: "package", requires: { packageManager: ["apt", "dnf"] } } as const;
/** Large packages over slow lines. */
const ATTEMPT_TIMEOUT_MS = 30 * 60_000;

const name = packageName().describe("Name of the package");
const version = z
  .string()
  .max(200, "must not be longer than 200 characters")
  .regex(/^[A-Za-z0-9][A-Za-z0-9.+:~^_-]*$/, "must be the version of a package")
  .optional()
  .describe("Exactly this version; any when absent");
const installed = z.strictObject({
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  sizeBytes: z.int(),
  description: z.string(),
});
const ensured = z.strictObject({ name: z.string(), version: z.string().exactOptional() });

/** Makes a package be installed, or not. */
export const packageEnsure = defineOperation({
  ...ENSURE,
  ...MANAGED,
  name: "package.ensure",
  aliases: [],
  summary: "Makes a package be installed, in this version or the newest, or be absent",
  description:
    "Works with apt and dnf. Undo installs the version that was there or removes a package that was not; what a package " +
    "brought along as a dependency and files it left stay. When another process holds the lock of the package manager, " +
    "that is waited for, and then is a failure that may be retried.",
  params: z
    .strictObject({
      name,
      state: z
        .enum(["present", "absent", "latest"], 'must be "present", "absent" or "latest"')
        .default("present")
        .describe("`latest` also upgrades"),
      version,
      refresh: z.boolean().default(false).describe("Refresh the index of packages before something is installed"),
    })
    .refine((value) => value.version === undefined || value.state === "present", {
      path: ["version"],
      message: 'can only be given with state "present"',
    }),
  result: ensured,
  reversibility: "partial",
  attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
  example: { name: "nginx" },
});

export type PackageEnsureParams = z.output<typeof packageEnsure.params>;

export const packageInstall = defineOperation({
  ...ENSURE,
  ...MANAGED,
  name: "package.install",
  aliases: ["node.package.install"],
  summary: "Makes a package be installed",
  params: z.strictObject({ name, version }),
  result: ensured,
  reversibility: "partial",
  attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
  example: { name: "nginx" },
});

export const packageRemove = defineOperation({
  ...ENSURE,
  ...MANAGED,
  name: "package.remove",
  aliases: ["node.package.remove"],
  summary: "Makes a package be absent; its configuration files stay",
  params: z.strictObject({ name }),
  result: ensured,
  reversibility: "partial",
  attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
  example: { name: "apache2" },
});

export const packageUpdate = defineOperation({
  ...ACT,
  ...MANAGED,
  name: "package.update",
  aliases: ["node.package.update"],
  summary: "Refreshes the index of packages; nothing is installed",
  params: noParams,
  result: z.strictObject({ manager: z.string() }),
  unknownPolicy: "rerun",
  attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
  example: {},
});

export const packageGet = defineOperation({
  ...READ,
  ...MANAGED,
  name: "package.get",
  aliases: ["node.package.get"],
  summary: "Reads what is installed of a package",
  params: z.strictObject({ name }),
  result: z.strictObject({ package: installed }),
  example: { name: "openssl" },
});

export const packageList = defineOperation({
  ...READ,
  ...MANAGED,
  name: "package.list",
  aliases: ["node.package.list"],
  summary: "Lists the installed packages",
  params: noParams,
  result: z.strictObject({ packages: z.array(installed) }),
  example: {},
});

export const packageListUpdates = defineOperation({
  ...READ,
  ...MANAGED,
  name: "package.listUpdates",
  aliases: ["node.package.listUpdates", "package.update-list"],
  summary: "Lists installed packages of which the index knows a newer version",
  params: noParams,
  result: z.strictObject({
    updates: z.array(z.strictObject({ name: z.string(), version: z.string(), newVersion: z.string() })),
  }),
  attemptTimeoutMs: 5 * 60_000,
  example: {},
});
