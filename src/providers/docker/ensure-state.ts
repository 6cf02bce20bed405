import { assert } from "../../base/assert.ts";
import { ok } from "../../base/result.ts";
import type { DockerEnsureParams } from "../../operation/catalog/docker-container.ts";
import type { Change } from "../../operation/outcome.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import type { ContainerDescription } from "./container-config.ts";
import { containerDifferences, restartChange } from "./container-diff.ts";
import { findContainer } from "./containers.ts";
import { DockerEngine } from "./engine.ts";
import type { ContainerAnswer } from "./engine-answer.ts";
import { findImage } from "./images.ts";

/** What stands where a container is wanted. */
export interface EnsureObserved {
  readonly container: ContainerAnswer | undefined;
  /** Left behind by a replacement that was cut short. */
  readonly leftovers: readonly ContainerAnswer[];
  /** Id of the wanted image; `undefined` when it is not on the host, or none is wanted. */
  readonly imageId: string | undefined;
}

/** Name of the container that takes the place of another one, until it does. */
export function newName(name: string): string {
  return `${name}.drover-new`;
}

/** Name of the container whose place is taken, until it is gone. */
export function oldName(name: string): string {
  return `${name}.drover-old`;
}

/** Looks at a container, what a replacement may have left of it, and the wanted image. */
export async function observeContainer(
  params: DockerEnsureParams,
  context: ProviderContext,
): ProviderResult<EnsureObserved> {
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const container = await findContainer(engine.value, params.name);
  if (!container.ok) return container;
  const leftovers: ContainerAnswer[] = [];
  for (const name of [newName(params.name), oldName(params.name)]) {
    const found = await findContainer(engine.value, name);
    if (!found.ok) return found;
    if (found.value !== undefined) leftovers.push(found.value);
  }
  if (params.image === undefined) return ok({ container: container.value, leftovers, imageId: undefined });
  const image = await findImage(engine.value, params.image);
  return image.ok ? ok({ container: container.value, leftovers, imageId: image.value?.Id }) : image;
}

/** The part of the parameters that describes a container. */
export function descriptionOf(params: DockerEnsureParams): ContainerDescription {
  const {
    name: _,
    state: __,
    image,
    pull: ___,
    recreate: ____,
    stopTimeout: _____,
    socketPath: ______,
    ...rest
  } = params;
  assert(image !== undefined, "A container that is wanted has an image");
  return { ...rest, image };
}

/** Everything that differs from what is wanted. */
export interface EnsureDifference {
  /** Only a new container has these. */
  readonly replacing: readonly Change[];
  /** Changed in the container that is there. */
  readonly inPlace: readonly Change[];
  readonly state: readonly Change[];
  readonly leftovers: readonly Change[];
}

export function differenceOf(observed: EnsureObserved, params: DockerEnsureParams): EnsureDifference {
  const { container, imageId } = observed;
  const leftovers = observed.leftovers.map(({ Name }) => ({ property: "leftover", before: Name, after: "absent" }));
  const before = container?.State.Status ?? "absent";
  if (params.state === "absent") {
    const state = container === undefined ? [] : [{ property: "existence", before, after: "absent" }];
    return { replacing: [], inPlace: [], state, leftovers };
  }
  if (container === undefined) {
    const state = [{ property: "existence", before, after: params.state }];
    return { replacing: [], inPlace: [], state, leftovers };
  }
  const description = descriptionOf(params);
  const replacing = containerDifferences(container, description, imageId);
  const isAsWanted = container.State.Running === (params.state === "running") && container.State.Paused !== true;
  return {
    replacing,
    inPlace: replacing.length > 0 ? [] : restartChange(container, description),
    state: isAsWanted ? [] : [{ property: "state", before, after: params.state }],
    leftovers,
  };
}
