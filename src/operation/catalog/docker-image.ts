import { z } from "zod";
import { OPERATION_TIMEOUT_MS_DEFAULT } from "../../base/limits.ts";
import { defineOperation } from "../spec.ts";
import { dockerSocket, imageNameOrId, imageReference } from "./docker-fields.ts";
import { pathBelowRoot, text } from "./fields.ts";

const CATEGORY = "docker";
const PULL_TIMEOUT_MS = 3_600_000;

/** Fetches an image. */
export const dockerPull = defineOperation({
  name: "docker.pull",
  aliases: ["docker.pull.execute"],
  category: CATEGORY,
  summary: "Fetches an image from its registry",
  description:
    "With the policy `missing` an image that is there is left alone. With `always` the registry is asked for the digest of " +
    "the tag, and the image is fetched when that is another one. Undo takes the name away again, or gives it back to the " +
    "image that had it. Progress is shown while it goes on.",
  params: z
    .strictObject({
      image: imageReference().describe("Name with tag or digest; the tag is `latest` without one"),
      policy: z
        .enum(["missing", "always"], "must be missing or always")
        .default("missing")
        .describe("When it is fetched"),
      platform: z
        .string()
        .regex(/^[a-z0-9]+(\/[a-z0-9_]+){1,2}$/, 'must be written as "linux/arm64"')
        .optional()
        .describe("Platform, as in `linux/arm64`; that of the host without one"),
      username: text().optional().describe("Account at the registry; together with `password`"),
      password: text().optional().describe("Password or token of the account"),
      ...dockerSocket,
    })
    .refine((value) => (value.username === undefined) === (value.password === undefined), {
      path: ["password"],
      message: "must be given together with username",
    }),
  result: z.strictObject({
    image: z.string(),
    imageId: z.string(),
    sizeBytes: z.number(),
    digests: z.array(z.string()).describe("Digests it has in registries"),
  }),
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: "any",
  attemptTimeoutMs: PULL_TIMEOUT_MS,
  unknownPolicy: "probe",
  secretParams: ["password"],
  example: { image: "nginx:1.27" },
});

export type DockerPullParams = z.output<typeof dockerPull.params>;
export type DockerPullResult = z.output<typeof dockerPull.result>;

/** Takes images out of an archive. */
export const dockerLoad = defineOperation({
  name: "docker.load",
  aliases: ["docker.load.execute"],
  category: CATEGORY,
  summary: "Takes images out of an archive made by docker save",
  description:
    "The archive is a tar file on the host, not compressed, of at most 512 MiB. Images that are there with the same id and " +
    "name are left alone. Undo takes the names away again, or gives them back to the images that had them.",
  params: z.strictObject({ path: pathBelowRoot().describe("Archive on the host"), ...dockerSocket }),
  result: z.strictObject({
    images: z.array(z.strictObject({ image: z.string(), imageId: z.string() })).describe("Names in the archive"),
  }),
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "probe",
  secretParams: [],
  example: { path: "/var/cache/images/app.tar" },
});

export type DockerLoadParams = z.output<typeof dockerLoad.params>;
export type DockerLoadResult = z.output<typeof dockerLoad.result>;

/** Removes an image. */
export const dockerImageRemove = defineOperation({
  name: "docker.image-remove",
  aliases: ["docker.image-remove.execute"],
  category: CATEGORY,
  summary: "Removes an image, or one of its names",
  description: "An image that is not there is unchanged. One that a container uses is only removed with `force`.",
  params: z.strictObject({
    image: imageNameOrId().describe("Name or id"),
    force: z.boolean().default(false).describe("Also when stopped containers use it"),
    ...dockerSocket,
  }),
  result: z.strictObject({
    image: z.string(),
    imageId: z.string().exactOptional().describe("Absent when there was none"),
    removed: z.array(z.string()).describe("Names and ids that are gone"),
  }),
  operationClass: "idempotent",
  reversibility: "none",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "probe",
  secretParams: [],
  example: { image: "nginx:1.26" },
});

export type DockerImageRemoveParams = z.output<typeof dockerImageRemove.params>;
