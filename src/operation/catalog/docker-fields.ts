import { z } from "zod";
import { absolutePath, duration, environment, text } from "./fields.ts";

/** Where Docker listens unless it was told otherwise. */
export const DOCKER_SOCKET = "/var/run/docker.sock";
/** Labels with this start are drover's own. */
export const DOCKER_LABEL_PREFIX = "io.drover.";

const CONTAINER = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const DOMAIN = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?$/;
const IMAGE_PART = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const IMAGE_LENGTH_MAX = 512;
const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6 = /^[0-9a-fA-F:]{2,39}$/;
const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{1,254}$/;
const PORT_MAX = 65_535;
const LIST_MAX = 1_000;

export const dockerSocket = {
  socketPath: absolutePath().default(DOCKER_SOCKET).describe("Socket of the Docker engine"),
};

/** A container by its name or id. */
export function containerReference() {
  return z
    .string()
    .max(255, "must not be longer than 255 characters")
    .regex(CONTAINER, "must be the name or id of a container: letters, digits, dots, dashes and underscores");
}

/** Name for a container that is made; room is left for the names used while it is replaced. */
export function containerName() {
  return z
    .string()
    .min(2, "must have at least 2 characters")
    .max(200, "must not be longer than 200 characters")
    .regex(CONTAINER, "must be letters, digits, dots, dashes and underscores, the first a letter or digit");
}

/** `[registry[:port]/]name[:tag][@sha256:…]`. */
export function imageReference() {
  return z
    .string()
    .max(IMAGE_LENGTH_MAX, `must not be longer than ${IMAGE_LENGTH_MAX} characters`)
    .refine(
      isImageReference,
      'must be the name of an image, such as "nginx:1.27" or "registry.example:5000/team/app:2"',
    );
}

/** An image by its name, or by its id `sha256:…`. */
export function imageNameOrId() {
  return z
    .string()
    .max(IMAGE_LENGTH_MAX, `must not be longer than ${IMAGE_LENGTH_MAX} characters`)
    .refine((image) => DIGEST.test(image) || isImageReference(image), "must be the name or the id of an image");
}

/** The parts of a name of an image. */
export interface ImageName {
  /** With the registry, without tag and digest. */
  readonly repository: string;
  /** Absent with a digest only; `latest` when neither is given. */
  readonly tag?: string;
  readonly digest?: string;
}

/** Takes a name of an image apart; `undefined` when it is none. */
export function parseImageName(image: string): ImageName | undefined {
  const [name = "", digest, ...rest] = image.split("@");
  if (rest.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const colon = name.lastIndexOf(":");
  const hasTag = colon > name.lastIndexOf("/");
  const repository = hasTag ? name.slice(0, colon) : name;
  const tag = hasTag ? name.slice(colon + 1) : digest === undefined ? "latest" : undefined;
  if (!isRepository(repository) || (tag !== undefined && !TAG.test(tag))) return undefined;
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function isImageReference(image: string): boolean {
  return parseImageName(image) !== undefined;
}

function isRepository(repository: string): boolean {
  const parts = repository.split("/");
  const [first = "", ...rest] = parts;
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost" || /[A-Z]/.test(first));
  return (isRegistry ? DOMAIN.test(first) : IMAGE_PART.test(first)) && rest.every((part) => IMAGE_PART.test(part));
}

/** A port of the host that leads into a container. */
export interface PortMapping {
  /** Address of the host; all of them when absent. */
  readonly address?: string;
  /** Absent: the engine chooses one. */
  readonly hostPort?: number;
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp" | "sctp";
}

/** Reads `[[address:]host:]container[/protocol]`; `undefined` when it is something else. */
export function parsePort(written: string): PortMapping | undefined {
  const [, address, host, container = "", protocol = "tcp"] =
    /^(?:(?:(\[[^\]]*\]|[^:[\]]*):)?(\d{0,5}):)?(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(written) ?? [];
  const containerPort = portNumber(container);
  const hostPort = host === undefined || host === "" ? undefined : portNumber(host);
  if (containerPort === undefined || (hostPort === undefined && host !== undefined && host !== "")) return undefined;
  if (address !== undefined && !isAddress(address)) return undefined;
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "sctp") return undefined;
  return {
    containerPort,
    protocol,
    ...(hostPort === undefined ? {} : { hostPort }),
    ...(address === undefined ? {} : { address: address.replace(/^\[|\]$/g, "") }),
  };
}

function portNumber(digits: string): number | undefined {
  const port = Number(digits);
  return Number.isInteger(port) && port >= 1 && port <= PORT_MAX ? port : undefined;
}

function isAddress(text: string): boolean {
  return text.startsWith("[") ? IPV6.test(text.slice(1, -1)) && text.includes(":") : IPV4.test(text);
}

function ports() {
  const port = z
    .string()
    .max(100, "must not be longer than 100 characters")
    .refine(
      (written) => parsePort(written) !== undefined,
      'must be written as "8080:80", "127.0.0.1:8080:80", "53:53/udp" or "80"',
    );
  return z.array(port).max(LIST_MAX, `must not be more than ${LIST_MAX}`);
}

/** Something of the host that a container sees: a path, or a volume of the engine. */
export interface VolumeMapping {
  /** An absolute path, or the name of a volume. */
  readonly source: string;
  readonly path: string;
  readonly isReadOnly: boolean;
}

/** Reads `source:/path[:ro|rw]`; `undefined` when it is something else. */
export function parseVolume(written: string): VolumeMapping | undefined {
  const [source = "", path = "", access = "rw", ...rest] = written.split(":");
  const isSourceFine = source.startsWith("/") ? isPlainPath(source) : VOLUME_NAME.test(source);
  if (rest.length > 0 || !isSourceFine || !isPlainPath(path) || path === "/") return undefined;
  return access === "ro" || access === "rw" ? { source, path, isReadOnly: access === "ro" } : undefined;
}

function isPlainPath(path: string): boolean {
  const parts = path.split("/");
  // oxlint-disable-next-line no-control-regex -- a control character in a path of a mount is always a mistake
  return path.startsWith("/") && !parts.includes("..") && !parts.includes(".") && !/[\u0000-\u001f]/.test(path);
}

function volumes() {
  const volume = z
    .string()
    .max(4_096, "must not be longer than 4096 characters")
    .refine(
      (written) => parseVolume(written) !== undefined,
      'must be written as "/host/path:/path", "name:/path" or either with ":ro"; paths are absolute, without ".." and ":"',
    );
  return z.array(volume).max(LIST_MAX, `must not be more than ${LIST_MAX}`);
}

/** Labels of people; those of drover are refused. */
export function dockerLabels() {
  const key = z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_./-]{0,254}$/, "must be letters, digits, dots, dashes, slashes and underscores")
    .refine((name) => !name.startsWith(DOCKER_LABEL_PREFIX), `must not start with "${DOCKER_LABEL_PREFIX}"`);
  return z.record(key, text());
}

/** A program with its arguments. */
export function argv() {
  return z
    .array(text())
    .min(1, "must not be empty")
    .refine((words) => words[0] !== "", "must start with a program");
}

function healthCheck() {
  return z.strictObject({
    command: argv().describe("Program with arguments, run inside of the container; exit code 0 means healthy"),
    interval: duration().optional().describe("Time between two checks"),
    timeout: duration().optional().describe("Time one check may take"),
    startPeriod: duration().optional().describe("Time after the start in which failures do not count"),
    retries: z.int().min(1, "must be at least 1").max(1_000, "must not be above 1000").optional(),
  });
}

/** What describes a container, for `docker.create` and `docker.ensure`. */
export const CONTAINER_FIELDS = {
  command: argv().optional().describe("Program with arguments, instead of those of the image"),
  entrypoint: argv().optional().describe("Entry point, instead of that of the image"),
  env: environment().default({}).describe("Environment variables"),
  secretEnv: environment().default({}).describe("Environment variables whose values are masked everywhere"),
  ports: ports().default([]).describe("Ports: `8080:80`, `127.0.0.1:8080:80`, `53:53/udp`, or `80` for any free one"),
  volumes: volumes().default([]).describe("Folders or volumes of the host: `/srv/app:/app`, `data:/var/lib/data:ro`"),
  labels: dockerLabels().default({}).describe("Labels of the container"),
  hostname: z
    .string()
    .max(253, "must not be longer than 253 characters")
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, "must be a host name")
    .optional()
    .describe("Host name inside of the container"),
  dns: z
    .array(
      z
        .string()
        .refine(
          (address) => IPV4.test(address) || (IPV6.test(address) && address.includes(":")),
          "must be an IP address",
        ),
    )
    .max(10, "must not be more than 10")
    .optional()
    .describe("Name servers"),
  network: z
    .string()
    .regex(VOLUME_NAME, 'must be "none", "host", "bridge" or the name of a network')
    .optional()
    .describe("Network: `none`, `host`, `bridge`, or one that exists"),
  restart: z
    .string()
    .regex(
      /^(no|always|unless-stopped|on-failure(:[1-9]\d{0,3})?)$/,
      "must be no, always, unless-stopped or on-failure:N",
    )
    .optional()
    .describe("When the engine starts it again: `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`"),
  user: z
    .string()
    .regex(/^[A-Za-z0-9_][\w.-]{0,63}(:[A-Za-z0-9_][\w.-]{0,63})?$/, "must be a user or user:group, by name or number")
    .optional()
    .describe("User, or user and group, by name or number"),
  workingDir: absolutePath().optional().describe("Folder in which the program starts"),
  health: healthCheck().optional().describe("How the engine finds out whether it is healthy"),
};
