import { canonicalJson, toJson, type JsonValue } from "../../base/json.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ContainerAnswer } from "./engine-answer.ts";
import {
  bindsOf,
  configHash,
  healthCheck,
  LABEL_CONFIG,
  LABEL_SECRETS,
  normalBind,
  portTexts,
  restartText,
  wantedPorts,
  type ContainerDescription,
} from "./container-config.ts";

/** Names of variables that people give to secrets. */
const SECRET_NAME = /pass|secret|token|key|credential/i;

/** Whether the value of a variable of a container must not be shown. */
export function isSecretVariable(name: string, container: ContainerAnswer): boolean {
  const listed = container.Config.Labels[LABEL_SECRETS]?.split(",") ?? [];
  return SECRET_NAME.test(name) || listed.includes(name);
}

/** `NAME=value` with the value of secrets masked. */
export function maskedVariable(variable: string, container: ContainerAnswer): string {
  const [name = ""] = variable.split("=", 1);
  return isSecretVariable(name, container) ? `${name}=***` : variable;
}

/**
 * What differs between a container and its description, as far as only a new container can change it. What is not
 * described is not compared, unless the container was made by another description than this one.
 *
 * @param imageId id of the wanted image; `undefined` when it is not on the host yet
 */
export function containerDifferences(
  container: ContainerAnswer,
  description: ContainerDescription,
  imageId: string | undefined,
): readonly Change[] {
  const changes = [
    ...imageChange(container, description, imageId),
    ...plainChanges(container, description),
    ...environmentChanges(container, description),
    ...listChange("ports", portTexts(container.HostConfig.PortBindings), wantedPorts(description)),
    ...listChange("volumes", container.HostConfig.Binds.map(normalBind).sort(), bindsOf(description)),
    ...labelChanges(container, description),
    ...healthChange(container, description),
  ];
  const made = container.Config.Labels[LABEL_CONFIG];
  const isOtherDescription = made !== undefined && made !== configHash(description);
  return changes.length === 0 && isOtherDescription
    ? [{ property: "description", before: "another one", after: "this one" }]
    : changes;
}

/** The difference of restart policies, which can be changed in place. */
export function restartChange(container: ContainerAnswer, { restart }: ContainerDescription): readonly Change[] {
  const before = restartText(container.HostConfig.RestartPolicy);
  return restart === undefined || restart === before ? [] : [{ property: "restart", before, after: restart }];
}

function imageChange(
  { Image, Config }: ContainerAnswer,
  { image }: ContainerDescription,
  imageId: string | undefined,
): readonly Change[] {
  if (imageId === undefined) return [{ property: "image", before: Config.Image, after: image }];
  if (imageId === Image) return [];
  const isSameName = Config.Image === image;
  return [
    isSameName
      ? { property: "image", before: `${image} (${shortId(Image)})`, after: `${image} (${shortId(imageId)})` }
      : { property: "image", before: Config.Image, after: image },
  ];
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, 12);
}

function plainChanges({ Config, HostConfig }: ContainerAnswer, description: ContainerDescription): readonly Change[] {
  const { command, entrypoint, hostname, user, workingDir, network, dns } = description;
  const compared: readonly (readonly [property: string, before: JsonValue, after: JsonValue | undefined])[] = [
    ["command", Config.Cmd, command],
    ["entrypoint", Config.Entrypoint, entrypoint],
    ["hostname", Config.Hostname, hostname],
    ["user", Config.User, user],
    ["workingDir", Config.WorkingDir, workingDir],
    ["network", HostConfig.NetworkMode, network],
    ["dns", HostConfig.Dns, dns],
  ];
  return compared.flatMap(([property, before, after]) =>
    after === undefined || canonicalJson(before) === canonicalJson(after) ? [] : [{ property, before, after }],
  );
}

function environmentChanges(container: ContainerAnswer, { env, secretEnv }: ContainerDescription): readonly Change[] {
  const found = new Map(
    container.Config.Env.map((variable): [string, string] => {
      const at = variable.indexOf("=");
      return [variable.slice(0, at), variable.slice(at + 1)];
    }),
  );
  const secrets = new Set(Object.keys(secretEnv));
  return Object.entries({ ...env, ...secretEnv }).flatMap(([name, after]): readonly Change[] => {
    const before = found.get(name);
    if (before === after) return [];
    const property = `env.${name}`;
    if (secrets.has(name) || isSecretVariable(name, container)) return [{ property }];
    return [{ property, after, ...(before === undefined ? {} : { before }) }];
  });
}

function listChange(property: string, before: readonly string[], after: readonly string[]): readonly Change[] {
  const isSame = before.length === after.length && before.every((text, index) => isSameEntry(text, after[index]));
  return isSame ? [] : [{ property, before: [...before], after: [...after] }];
}

/** A port of any address is the same as one of `0.0.0.0`. */
function isSameEntry(before: string, after: string | undefined): boolean {
  return before === after || before.replace(/^0\.0\.0\.0:/, "") === after?.replace(/^0\.0\.0\.0:/, "");
}

function labelChanges({ Config }: ContainerAnswer, { labels }: ContainerDescription): readonly Change[] {
  return Object.entries(labels).flatMap(([name, after]): readonly Change[] => {
    const before = Object.hasOwn(Config.Labels, name) ? Config.Labels[name] : undefined;
    return before === after ? [] : [{ property: `labels.${name}`, after, ...(before === undefined ? {} : { before }) }];
  });
}

function healthChange({ Config }: ContainerAnswer, { health }: ContainerDescription): readonly Change[] {
  if (health === undefined) return [];
  const wanted = healthCheck(health);
  const found = toJson(Config.Healthcheck ?? {}, { bytesMax: 1_000_000 });
  const before: JsonValue = found.ok ? found.value : {};
  const isSame = Object.entries(wanted).every(
    ([name, value]) =>
      typeof before === "object" &&
      before !== null &&
      !Array.isArray(before) &&
      canonicalJson(valueOf(before, name)) === canonicalJson(value),
  );
  return isSame ? [] : [{ property: "health", before, after: wanted }];
}

function valueOf(object: object, name: string): JsonValue {
  const entry = Object.entries(object).find(([key]) => key === name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- members of JSON are JSON
  return (entry?.[1] ?? null) as JsonValue;
}
