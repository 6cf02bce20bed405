import { canonicalJson, sha256, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { DockerCreateParams } from "../../operation/catalog/docker-container.ts";
import {
  DOCKER_LABEL_PREFIX,
  parsePort,
  parseVolume,
  type PortMapping,
} from "../../operation/catalog/docker-fields.ts";

/** Hash of what a container was described as: tells that something was taken out of a description. */
export const LABEL_CONFIG = `${DOCKER_LABEL_PREFIX}config`;
/** Token of the attempt that made a container: undo removes no container that somebody else made. */
export const LABEL_TOKEN = `${DOCKER_LABEL_PREFIX}token`;
/** Names of the secret variables, for masking. */
export const LABEL_SECRETS = `${DOCKER_LABEL_PREFIX}secrets`;

const NANOSECONDS_PER_MS = 1_000_000;

/** What describes a container, without what `docker.create` and `docker.ensure` add of their own. */
export type ContainerDescription = Omit<DockerCreateParams, "name" | "autoStart" | "socketPath">;

/** The body of `POST /containers/create`, without labels of drover. */
export function createBody(description: ContainerDescription): JsonObject {
  const { image, command, entrypoint, hostname, user, workingDir, health, labels } = description;
  const ports = portMappings(description);
  return {
    Image: image,
    Labels: labels,
    Env: environmentOf(description),
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: hostConfig(description),
    ...(command === undefined ? {} : { Cmd: [...command] }),
    ...(entrypoint === undefined ? {} : { Entrypoint: [...entrypoint] }),
    ...(hostname === undefined ? {} : { Hostname: hostname }),
    ...(user === undefined ? {} : { User: user }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
    ...(health === undefined ? {} : { Healthcheck: healthCheck(health) }),
  };
}

/** The body with the labels by which drover knows its containers again. */
export function labelledBody(description: ContainerDescription, token: string): JsonObject {
  const body = createBody(description);
  const secrets = Object.keys(description.secretEnv);
  return {
    ...body,
    Labels: {
      ...description.labels,
      [LABEL_CONFIG]: configHash(description),
      [LABEL_TOKEN]: token,
      ...(secrets.length === 0 ? {} : { [LABEL_SECRETS]: secrets.join(",") }),
    },
  };
}

/** Hash of a description; the restart policy is left out, which can be changed in place. */
export function configHash(description: ContainerDescription): string {
  const { restart: _, ...rest } = description;
  return sha256(canonicalJson(createBody(rest)));
}

function environmentOf({ env, secretEnv }: ContainerDescription): string[] {
  return Object.entries({ ...env, ...secretEnv })
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}

function hostConfig(description: ContainerDescription): JsonObject {
  const { network, restart, dns } = description;
  return {
    Binds: bindsOf(description),
    PortBindings: portBindings(description),
    ...(network === undefined ? {} : { NetworkMode: network }),
    ...(dns === undefined ? {} : { Dns: [...dns] }),
    ...(restart === undefined ? {} : { RestartPolicy: restartPolicy(restart) }),
  };
}

/** `on-failure:3` in the words of the API. */
export function restartPolicy(restart: string): JsonObject {
  const [name = "no", count] = restart.split(":");
  return { Name: name, MaximumRetryCount: count === undefined ? 0 : Number(count) };
}

/** The policy of a container as people write it. */
export function restartText(
  policy: { readonly Name: string; readonly MaximumRetryCount?: number | null | undefined } | null | undefined,
): string {
  const name = policy?.Name ?? "";
  const count = policy?.MaximumRetryCount ?? 0;
  if (name === "") return "no";
  return name === "on-failure" && count > 0 ? `${name}:${count}` : name;
}

/** Folders and volumes as the API writes them. */
export function bindsOf({ volumes }: ContainerDescription): string[] {
  return volumes
    .map(parseVolume)
    .filter((volume) => volume !== undefined)
    .map(({ source, path, isReadOnly }) => `${source}:${path}:${isReadOnly ? "ro" : "rw"}`)
    .sort();
}

/** A mount of a container with its access written out, whoever made it. */
export function normalBind(bind: string): string {
  return /:(ro|rw)$/.test(bind) ? bind : `${bind}:rw`;
}

function portMappings({ ports }: ContainerDescription): readonly PortMapping[] {
  return ports.map(parsePort).filter((port) => port !== undefined);
}

function portKey({ containerPort, protocol }: PortMapping): string {
  return `${containerPort}/${protocol}`;
}

type Bindings = { readonly [port: string]: readonly { readonly HostIp: string; readonly HostPort: string }[] };

function portBindings(description: ContainerDescription): JsonObject & Bindings {
  const bindings = new Map<string, { HostIp: string; HostPort: string }[]>();
  for (const port of portMappings(description)) {
    const list = bindings.get(portKey(port)) ?? [];
    list.push({ HostIp: port.address ?? "", HostPort: port.hostPort === undefined ? "" : String(port.hostPort) });
    bindings.set(portKey(port), list);
  }
  return Object.fromEntries(bindings);
}

/** Ports that are wanted, one text each, sorted. */
export function wantedPorts(description: ContainerDescription): readonly string[] {
  return portTexts(portBindings(description));
}

/** `127.0.0.1:8080:80/tcp` for each published port, sorted. */
export function portTexts(bindings: {
  readonly [port: string]: readonly { readonly HostIp: string; readonly HostPort: string }[] | null | undefined;
}): readonly string[] {
  return Object.entries(bindings)
    .flatMap(([port, list]) =>
      (list ?? []).map(({ HostIp, HostPort }) => {
        const address = HostIp === "" ? "" : `${HostIp.includes(":") ? `[${HostIp}]` : HostIp}:`;
        return `${address}${HostPort === "0" ? "" : HostPort}:${port}`;
      }),
    )
    .sort();
}

/** A health check in the words of the API: times in nanoseconds. */
export function healthCheck(health: NonNullable<ContainerDescription["health"]>): {
  readonly [name: string]: JsonValue;
} {
  const { command, interval, timeout, startPeriod, retries } = health;
  return {
    Test: ["CMD", ...command],
    ...(interval === undefined ? {} : { Interval: interval * NANOSECONDS_PER_MS }),
    ...(timeout === undefined ? {} : { Timeout: timeout * NANOSECONDS_PER_MS }),
    ...(startPeriod === undefined ? {} : { StartPeriod: startPeriod * NANOSECONDS_PER_MS }),
    ...(retries === undefined ? {} : { Retries: retries }),
  };
}
