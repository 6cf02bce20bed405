import { ok } from "../../base/result.ts";
import { parseImageName } from "../../operation/catalog/docker-fields.ts";
import { dockerPull, type DockerPullParams, type DockerPullResult } from "../../operation/catalog/docker-image.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { DockerEngine, readAnswer, refusal } from "./engine.ts";
import { distributionAnswer, type ImageAnswer } from "./engine-answer.ts";
import { captureNames, findImage, restoreNames } from "./images.ts";
import { PullProgress } from "./pull-progress.ts";

interface PullObserved {
  readonly image: ImageAnswer | undefined;
  /** Digest of the tag at the registry, when it was asked for. */
  readonly wantedDigest: string | undefined;
}

interface Account {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** The header by which the engine gets an account for a registry. */
function authHeader({ username, password }: Account): { readonly [name: string]: string } {
  if (username === undefined || password === undefined) return {};
  const bytes = new TextEncoder().encode(JSON.stringify({ username, password }));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return { "x-registry-auth": base64.replaceAll("+", "-").replaceAll("/", "_") };
}

/** Fetches an image, telling how it goes on. */
export async function pullImage(
  engine: DockerEngine,
  params: { readonly image: string; readonly platform?: string | undefined } & Account,
  output: ProviderContext["output"],
): ProviderResult<void> {
  const { image, platform } = params;
  const action = `fetch image ${quoted(image)}`;
  const progress = new PullProgress(output);
  const name = parseImageName(image);
  const answer = await engine.call({
    action,
    method: "POST",
    path: ["images", "create"],
    query: { fromImage: name?.repository ?? image, tag: name?.digest ?? name?.tag, platform },
    headers: authHeader(params),
    onBody: (bytes) => progress.push(bytes),
  });
  if (!answer.ok) return answer;
  const isWhole = progress.end();
  if (answer.value.status !== 200) return refusal(action, answer.value, { code: "DRV_DOCKER_PULL_FAILED" });
  if (progress.error !== undefined) {
    return failed("DRV_DOCKER_PULL_FAILED", `Cannot ${action}: the Docker engine says ${quoted(progress.error)}`, {
      errorClass: "retryable",
    });
  }
  if (isWhole && progress.lastStatus !== undefined) return ok(undefined);
  return failed(
    "DRV_DOCKER_CONNECTION_LOST",
    `Cannot ${action}: the Docker engine stopped telling about it before its end`,
    {
      errorClass: "retryable",
    },
  );
}

async function inspect(params: DockerPullParams, context: ProviderContext): ProviderResult<PullObserved> {
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const image = await findImage(engine.value, params.image);
  if (!image.ok) return image;
  if (image.value === undefined || params.policy === "missing")
    return ok({ image: image.value, wantedDigest: undefined });
  const action = `ask the registry about image ${quoted(params.image)}`;
  const path = ["distribution", ...params.image.split("/"), "json"];
  const answer = await engine.value.call({ action, method: "GET", path, headers: authHeader(params) });
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return refusal(action, answer.value, { code: "DRV_DOCKER_PULL_FAILED" });
  const found = readAnswer(action, answer.value, distributionAnswer);
  return found.ok ? ok({ image: image.value, wantedDigest: found.value.Descriptor.digest }) : found;
}

function hasDigest(image: ImageAnswer, digest: string): boolean {
  return image.RepoDigests.some((name) => name.endsWith(`@${digest}`));
}

function resultOf(image: string, found: ImageAnswer): DockerPullResult {
  return { image, imageId: found.Id, sizeBytes: found.Size ?? 0, digests: [...found.RepoDigests] };
}

/** Fetches an image from its registry. */
export const dockerPullProvider: WriteProvider<DockerPullParams, DockerPullResult, PullObserved> = {
  kind: "write",
  spec: dockerPull,
  inspect,
  diff({ image, wantedDigest }, params) {
    if (image === undefined) return [{ property: "image", before: "absent", after: params.image }];
    if (wantedDigest === undefined || hasDigest(image, wantedDigest)) return [];
    return [{ property: "digest", before: [...image.RepoDigests], after: wantedDigest }];
  },
  unchangedResult: ({ image }, params) =>
    image === undefined
      ? { image: params.image, imageId: "", sizeBytes: 0, digests: [] }
      : resultOf(params.image, image),
  capture: async (params, { image }) => ok(captureNames(params.socketPath, [{ image: params.image, id: image?.Id }])),
  async apply(params, _observed, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const pulled = await pullImage(engine.value, params, context.output);
    if (!pulled.ok) return pulled;
    const image = await findImage(engine.value, params.image);
    if (!image.ok) return image;
    if (image.value !== undefined) return ok(resultOf(params.image, image.value));
    return failed("DRV_DOCKER_NO_IMAGE", `Cannot use image ${quoted(params.image)}: it was fetched and is gone again`, {
      changed: true,
    });
  },
  undo: restoreNames,
};
