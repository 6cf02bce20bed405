import { z } from "zod";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { toJson } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import type { ProviderResult } from "../../operation/provider.ts";
import { quoted } from "../failure.ts";
import { misunderstood, refusal, type DockerEngine } from "./engine.ts";
import { decodeJson } from "./engine-answer.ts";

const wholeAnswer = z.object({
  Config: z.record(z.string(), z.unknown()),
  HostConfig: z.record(z.string(), z.unknown()),
  Image: z.string(),
  State: z.object({ Running: z.boolean() }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.record(z.string(), z.unknown())).nullish() }).nullish(),
});

/** Answers are at most a few hundred kilobytes. */
const COPY_BYTES_MAX = 8 * 1024 * 1024;
/** What an engine fills in by itself for every network, and refuses or ignores when a container is made. */
const NETWORK_SETTINGS_KEPT: ReadonlySet<string> = new Set(["Aliases", "IPAMConfig", "Links", "DriverOpts"]);

/** All that is needed to make a container like one that is there. */
export interface ContainerCopy {
  readonly body: JsonObject;
  readonly isRunning: boolean;
  readonly imageId: string;
}

/** Keeps of a container what a new one can be made from; the image is kept by id, its name may move on. */
export async function copyContainer(engine: DockerEngine, container: string): ProviderResult<ContainerCopy> {
  const action = `keep the settings of container ${quoted(container)}`;
  const answer = await engine.call({ action, method: "GET", path: ["containers", container, "json"] });
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return refusal(action, answer.value);
  const parsed = wholeAnswer.safeParse(decodeJson(answer.value.body));
  if (!parsed.success) return misunderstood(action, "the answer is not what the API promises");
  const { Config, HostConfig, Image, State, NetworkSettings } = parsed.data;
  const body = toJson(
    {
      ...Config,
      Image,
      HostConfig,
      NetworkingConfig: { EndpointsConfig: endpointsOf(NetworkSettings?.Networks ?? {}, HostConfig) },
    },
    { bytesMax: COPY_BYTES_MAX },
  );
  if (!body.ok || !isObject(body.value)) return misunderstood(action, "its settings are larger than 8 MiB");
  return ok({ body: body.value, isRunning: State.Running, imageId: Image });
}

function endpointsOf(
  networks: { readonly [name: string]: { readonly [setting: string]: unknown } },
  hostConfig: { readonly [name: string]: unknown },
): { readonly [name: string]: unknown } {
  const mode = hostConfig["NetworkMode"];
  // These modes have no network that could be joined.
  if (
    mode === "none" ||
    mode === "host" ||
    mode === "default" ||
    (typeof mode === "string" && mode.startsWith("container:"))
  )
    return {};
  return Object.fromEntries(
    Object.entries(networks).map(([name, settings]) => [
      name,
      Object.fromEntries(Object.entries(settings).filter(([setting]) => NETWORK_SETTINGS_KEPT.has(setting))),
    ]),
  );
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
