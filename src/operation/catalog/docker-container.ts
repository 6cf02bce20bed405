import { z } from "zod";
import { OPERATION_TIMEOUT_MS_DEFAULT } from "../../base/limits.ts";
import { defineOperation } from "../spec.ts";
import { CONTAINER_FIELDS, containerName, containerReference, dockerSocket, imageNameOrId } from "./docker-fields.ts";
import { duration } from "./fields.ts";

const CATEGORY = "docker";
const STOP_MS_DEFAULT = 10_000;
const STOP_MS_MAX = 300_000;

function stopTimeout() {
  return duration()
    .refine((timeoutMs) => timeoutMs <= STOP_MS_MAX, "must not be above 300 s")
    .default(STOP_MS_DEFAULT)
    .describe("Time it gets to end by itself before it is killed, in whole seconds, at most 300 s");
}

const containerState = z.strictObject({
  id: z.string(),
  name: z.string(),
  state: z.string().describe("`created`, `running`, `exited`, `paused`, `restarting` or `dead`"),
});

/** Makes a container. */
export const dockerCreate = defineOperation({
  name: "docker.create",
  aliases: ["docker.create.execute"],
  category: CATEGORY,
  summary: "Makes a container, and starts it unless told otherwise",
  description:
    "A container of this name that was made with the same parameters is left alone; one that differs is an error: use " +
    "`docker.ensure` to replace it. The image must be there, see `docker.pull`. Undo removes the container that was made.",
  params: z.strictObject({
    name: containerName().describe("Name of the container"),
    image: imageNameOrId().describe("Name or id of an image that is there"),
    ...CONTAINER_FIELDS,
    autoStart: z.boolean().default(true).describe("Start it as well"),
    ...dockerSocket,
  }),
  result: z.strictObject({
    ...containerState.shape,
    image: z.string(),
    created: z.string().describe("Time it was made"),
  }),
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "probe",
  secretParams: ["secretEnv"],
  example: {
    name: "web",
    image: "nginx:1.27",
    ports: ["127.0.0.1:8080:80"],
    volumes: ["/srv/www:/usr/share/nginx/html:ro"],
    restart: "unless-stopped",
  },
});

export type DockerCreateParams = z.output<typeof dockerCreate.params>;

/** Brings a container into a state. */
export const dockerEnsure = defineOperation({
  name: "docker.ensure",
  aliases: ["docker.ensure.execute"],
  category: CATEGORY,
  summary: "Makes a container be as described: running, stopped or absent",
  description:
    "Compares the container with what is described and changes only what differs. A restart policy is changed in place; " +
    "what cannot be changed in a container (image, command, environment, ports, volumes, labels and so on) replaces it: " +
    "the new one is made first, and takes the place of the old one at the end, which comes back when the new one does " +
    "not start. What is written inside of a container and not in a volume is lost with it. Undo brings back a container " +
    "like the one before, without what was written inside of it.",
  params: z
    .strictObject({
      name: containerName().describe("Name of the container"),
      state: z
        .enum(["running", "stopped", "absent"], "must be running, stopped or absent")
        .default("running")
        .describe("What it is to be"),
      image: imageNameOrId().optional().describe("Name or id of the image; needed unless it is to be absent"),
      ...CONTAINER_FIELDS,
      pull: z
        .enum(["missing", "never"], "must be missing or never")
        .default("missing")
        .describe("Whether an image that is not there is fetched from its registry"),
      recreate: z
        .enum(["whenNeeded", "never"], "must be whenNeeded or never")
        .default("whenNeeded")
        .describe("Whether a container that cannot be changed in place is replaced, or that is an error"),
      stopTimeout: stopTimeout(),
      ...dockerSocket,
    })
    .refine((value) => value.state === "absent" || value.image !== undefined, {
      path: ["image"],
      message: 'is needed unless state is "absent"',
    }),
  result: z.strictObject({
    name: z.string(),
    state: z.string().describe("State now; `absent` when there is none"),
    id: z.string().exactOptional(),
    image: z.string().exactOptional(),
    isReplaced: z.boolean().describe("Whether it took the place of another one"),
    ports: z.array(z.string()).exactOptional().describe("Ports as they are published now"),
  }),
  operationClass: "idempotent",
  reversibility: "partial",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "probe",
  secretParams: ["secretEnv"],
  example: {
    name: "web",
    image: "nginx:1.27",
    env: { NGINX_HOST: "example.org" },
    ports: ["8080:80"],
    restart: "unless-stopped",
    health: { command: ["curl", "-f", "http://localhost/"], interval: "30s", retries: 3 },
  },
});

export type DockerEnsureParams = z.output<typeof dockerEnsure.params>;
export type DockerEnsureResult = z.output<typeof dockerEnsure.result>;

/** Starts a container. */
export const dockerStart = defineOperation({
  name: "docker.start",
  aliases: ["docker.start.execute"],
  category: CATEGORY,
  summary: "Starts a container that is there",
  description: "A running container is left alone. Undo stops what was started.",
  params: z.strictObject({ container: containerReference().describe("Name or id"), ...dockerSocket }),
  result: containerState,
  operationClass: "idempotent",
  reversibility: "partial",
  osFamilies: "any",
  attemptTimeoutMs: 120_000,
  unknownPolicy: "probe",
  secretParams: [],
  example: { container: "web" },
});

export type DockerStartParams = z.output<typeof dockerStart.params>;

/** Stops a container. */
export const dockerStop = defineOperation({
  name: "docker.stop",
  aliases: ["docker.stop.execute"],
  category: CATEGORY,
  summary: "Stops a running container",
  description: "A container that does not run is left alone. Undo starts what was stopped.",
  params: z.strictObject({
    container: containerReference().describe("Name or id"),
    timeout: stopTimeout(),
    ...dockerSocket,
  }),
  result: containerState,
  operationClass: "idempotent",
  reversibility: "partial",
  osFamilies: "any",
  attemptTimeoutMs: OPERATION_TIMEOUT_MS_DEFAULT,
  unknownPolicy: "probe",
  secretParams: [],
  example: { container: "web", timeout: "30s" },
});

export type DockerStopParams = z.output<typeof dockerStop.params>;

/** Removes a container. */
export const dockerRemove = defineOperation({
  name: "docker.remove",
  aliases: ["docker.remove.execute"],
  category: CATEGORY,
  summary: "Removes a container",
  description: "A container that is not there is unchanged. One that runs is only removed with `force`.",
  params: z.strictObject({
    container: containerReference().describe("Name or id"),
    force: z.boolean().default(false).describe("Also when it runs: it is killed"),
    removeVolumes: z.boolean().default(false).describe("Also its volumes without a name"),
    ...dockerSocket,
  }),
  result: z.strictObject({
    container: z.string(),
    id: z.string().exactOptional().describe("Absent when there was none"),
  }),
  operationClass: "idempotent",
  reversibility: "none",
  osFamilies: "any",
  attemptTimeoutMs: 120_000,
  unknownPolicy: "probe",
  secretParams: [],
  example: { container: "web", force: true },
});

export type DockerRemoveParams = z.output<typeof dockerRemove.params>;
