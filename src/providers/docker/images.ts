import { z } from "zod";
import { ok } from "../../base/result.ts";
import { parseImageName } from "../../operation/catalog/docker-fields.ts";
import type { PreImage, ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { DockerEngine, readAnswer, refusal } from "./engine.ts";
import { imageAnswer, removedAnswer, type ImageAnswer } from "./engine-answer.ts";

/** The part of a path that names an image: its slashes stay slashes. */
function imagePath(image: string): readonly string[] {
  return ["images", ...image.split("/")];
}

/** An image by name or id; `undefined` when it is not on the host. */
export async function findImage(engine: DockerEngine, image: string): ProviderResult<ImageAnswer | undefined> {
  const action = `inspect image ${quoted(image)}`;
  const answer = await engine.call({ action, method: "GET", path: [...imagePath(image), "json"] });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(undefined);
  return answer.value.status === 200 ? readAnswer(action, answer.value, imageAnswer) : refusal(action, answer.value);
}

export interface ImageRemovalOptions {
  readonly force: boolean;
  /** Keep layers without names that nobody else uses. */
  readonly keepsParents?: boolean;
}

/** Removes an image or one of its names. @returns what is gone; nothing when it was not there */
export async function removeImage(
  engine: DockerEngine,
  image: string,
  options: ImageRemovalOptions,
): ProviderResult<readonly string[]> {
  const action = `remove image ${quoted(image)}`;
  const query = { force: options.force ? "1" : undefined, noprune: options.keepsParents === true ? "1" : undefined };
  const answer = await engine.call({ action, method: "DELETE", path: imagePath(image), query });
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === 404) return ok([]);
  if (status !== 200) return refusal(action, answer.value, status === 409 ? { code: "DRV_DOCKER_IN_USE" } : {});
  const removed = readAnswer(action, answer.value, removedAnswer);
  if (!removed.ok) return removed;
  return ok(removed.value.map(({ Untagged, Deleted }) => Untagged ?? Deleted ?? "").filter((name) => name !== ""));
}

/** Gives an image a name. */
async function tagImage(engine: DockerEngine, imageId: string, image: string): ProviderResult<void> {
  const action = `name image ${quoted(imageId)} ${quoted(image)}`;
  const name = parseImageName(image);
  const query = { repo: name?.repository, tag: name?.tag };
  const answer = await engine.call({ action, method: "POST", path: [...imagePath(imageId), "tag"], query });
  if (!answer.ok) return answer;
  return answer.value.status === 201 ? ok(undefined) : refusal(action, answer.value);
}

const namesFacts = z.object({
  version: z.literal(1),
  socketPath: z.string(),
  names: z.array(z.object({ image: z.string(), id: z.string().optional() })),
});

/** Keeps which images have these names now. */
export function captureNames(
  socketPath: string,
  names: readonly { readonly image: string; readonly id: string | undefined }[],
): PreImage {
  const kept = names.map(({ image, id }) => (id === undefined ? { image } : { image, id }));
  return { facts: { version: 1, socketPath, names: kept }, blobs: [] };
}

/** Gives names back to the images that had them, and takes them away where there was none. */
export async function restoreNames(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = namesFacts.safeParse(preImage.facts);
  if (!facts.success)
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was kept for it cannot be read");
  const engine = await DockerEngine.open(context, facts.data);
  if (!engine.ok) return engine;
  for (const { image, id } of facts.data.names) {
    const now = await findImage(engine.value, image);
    if (!now.ok) return now;
    if (now.value?.Id === id) continue;
    const restored = await restoreName(engine.value, { image, id, nowId: now.value?.Id });
    if (!restored.ok) return restored;
  }
  return ok(undefined);
}

async function restoreName(
  engine: DockerEngine,
  { image, id, nowId }: { readonly image: string; readonly id: string | undefined; readonly nowId: string | undefined },
): ProviderResult<void> {
  if (id === undefined) {
    const removed = await removeImage(engine, image, { force: false });
    return removed.ok ? ok(undefined) : removed;
  }
  const tagged = await tagImage(engine, id, image);
  if (!tagged.ok || nowId === undefined) return tagged;
  const left = await findImage(engine, nowId);
  if (!left.ok || left.value === undefined || left.value.RepoTags.length > 0) return left.ok ? ok(undefined) : left;
  const removed = await removeImage(engine, nowId, { force: false });
  // A container uses it already: it stays without a name.
  return removed.ok || removed.error.error.code === "DRV_DOCKER_IN_USE" ? ok(undefined) : removed;
}
