import { ok } from "../../base/result.ts";
import { dockerImageRemove, type DockerImageRemoveParams } from "../../operation/catalog/docker-image.ts";
import type { WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { DockerEngine } from "./engine.ts";
import type { ImageAnswer } from "./engine-answer.ts";
import { findImage, removeImage } from "./images.ts";

interface RemoveObserved {
  readonly image: ImageAnswer | undefined;
}

/** Removes an image, or one of its names. */
export const dockerImageRemoveProvider: WriteProvider<
  DockerImageRemoveParams,
  ResultDataOf<typeof dockerImageRemove>,
  RemoveObserved
> = {
  kind: "write",
  spec: dockerImageRemove,
  async inspect(params, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const image = await findImage(engine.value, params.image);
    return image.ok ? ok({ image: image.value }) : image;
  },
  diff: ({ image }) => (image === undefined ? [] : [{ property: "existence", before: image.Id, after: "absent" }]),
  unchangedResult: (_observed, { image }) => ({ image, removed: [] }),
  async apply(params, { image }, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const removed = await removeImage(engine.value, params.image, params);
    if (!removed.ok) return removed;
    return ok({
      image: params.image,
      removed: [...removed.value],
      ...(image === undefined ? {} : { imageId: image.Id }),
    });
  },
};
