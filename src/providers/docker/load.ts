import { ok } from "../../base/result.ts";
import { dockerLoad, type DockerLoadParams, type DockerLoadResult } from "../../operation/catalog/docker-image.ts";
import type { ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { DockerEngine, refusal } from "./engine.ts";
import { imagesOfArchive, type ArchivedImage } from "./image-archive.ts";
import { captureNames, findImage, restoreNames } from "./images.ts";
import { PullProgress } from "./pull-progress.ts";

const ARCHIVE_BYTES_MAX = 512 * 1024 * 1024;

interface LoadedName extends ArchivedImage {
  /** Which image has the name now. */
  readonly nowId: string | undefined;
}

interface LoadObserved {
  readonly archive: Uint8Array;
  readonly names: readonly LoadedName[];
}

async function inspect(params: DockerLoadParams, context: ProviderContext): ProviderResult<LoadObserved> {
  const { path } = params;
  const archive = await context.host.readFile(path, { signal: context.signal, bytesMax: ARCHIVE_BYTES_MAX });
  if (!archive.ok) {
    if (archive.error.code !== "DRV_HOST_FILE_TOO_LARGE") return failedWith(archive.error);
    return failed("DRV_DOCKER_ARCHIVE_INVALID", `Cannot load images from ${quoted(path)}: it is larger than 512 MiB`);
  }
  const images = imagesOfArchive(archive.value);
  if (images === undefined || images.length === 0) {
    return failed(
      "DRV_DOCKER_ARCHIVE_INVALID",
      `Cannot load images from ${quoted(path)}: it is no archive with named images`,
    );
  }
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const names: LoadedName[] = [];
  for (const image of images) {
    const found = await findImage(engine.value, image.image);
    if (!found.ok) return found;
    names.push({ ...image, nowId: found.value?.Id });
  }
  return ok({ archive: archive.value, names });
}

function resultOf({ names }: LoadObserved): DockerLoadResult {
  return { images: names.map(({ image, id }) => ({ image, imageId: id })) };
}

async function apply(
  params: DockerLoadParams,
  observed: LoadObserved,
  context: ProviderContext,
): ProviderResult<DockerLoadResult> {
  const action = `load images from ${quoted(params.path)}`;
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const progress = new PullProgress(context.output);
  const answer = await engine.value.call({
    action,
    method: "POST",
    path: ["images", "load"],
    query: { quiet: "0" },
    archive: observed.archive,
    onBody: (bytes) => progress.push(bytes),
  });
  if (!answer.ok) return answer;
  progress.end();
  if (answer.value.status !== 200) return refusal(action, answer.value, { code: "DRV_DOCKER_PULL_FAILED" });
  if (progress.error === undefined) return ok(resultOf(observed));
  return failed("DRV_DOCKER_PULL_FAILED", `Cannot ${action}: the Docker engine says ${quoted(progress.error)}`, {
    changed: true,
  });
}

/** Takes images out of an archive made by docker save. */
export const dockerLoadProvider: WriteProvider<DockerLoadParams, DockerLoadResult, LoadObserved> = {
  kind: "write",
  spec: dockerLoad,
  inspect,
  diff: ({ names }) =>
    names
      .filter(({ id, nowId }) => id !== nowId)
      .map(({ image, id, nowId }) => ({ property: `image.${image}`, before: nowId ?? "absent", after: id })),
  unchangedResult: resultOf,
  capture: async (params, { names }) =>
    ok(
      captureNames(
        params.socketPath,
        names.map(({ image, nowId }) => ({ image, id: nowId })),
      ),
    ),
  apply,
  undo: restoreNames,
};
