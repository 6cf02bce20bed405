import { z } from "zod";
import { ok } from "../../base/result.ts";
import { dockerCreate, type DockerCreateParams } from "../../operation/catalog/docker-container.ts";
import type { WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failed, quoted } from "../failure.ts";
import { LABEL_TOKEN, labelledBody } from "./container-config.ts";
import { containerDifferences } from "./container-diff.ts";
import {
  createContainer,
  findContainer,
  needContainer,
  removeContainer,
  startContainer,
  stopContainer,
} from "./containers.ts";
import { alsoChanged, DockerEngine } from "./engine.ts";
import type { ContainerAnswer } from "./engine-answer.ts";
import { findImage } from "./images.ts";

type CreateResult = ResultDataOf<typeof dockerCreate>;

interface CreateObserved {
  readonly container: ContainerAnswer | undefined;
}

const preImageFacts = z.object({
  version: z.literal(1),
  name: z.string(),
  token: z.string(),
  /** It was there and is only started. */
  wasThere: z.boolean(),
  socketPath: z.string(),
});

/** Time a container that undo stops again gets to end. */
const UNDO_STOP_MS = 10_000;

function resultOf(container: ContainerAnswer): CreateResult {
  const { Id, Name, State, Config, Created } = container;
  return { id: Id, name: Name, state: State.Status, image: Config.Image, created: Created };
}

/** Makes a container, and starts it unless told otherwise. */
export const dockerCreateProvider: WriteProvider<DockerCreateParams, CreateResult, CreateObserved> = {
  kind: "write",
  spec: dockerCreate,
  async inspect(params, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const container = await findContainer(engine.value, params.name);
    if (!container.ok || container.value === undefined) return container.ok ? ok({ container: undefined }) : container;
    const image = await findImage(engine.value, params.image);
    if (!image.ok) return image;
    const differs = containerDifferences(container.value, params, image.value?.Id);
    if (differs.length === 0) return ok({ container: container.value });
    const names = differs.map(({ property }) => property).join(", ");
    return failed(
      "DRV_DOCKER_NAME_TAKEN",
      `Cannot make container ${quoted(params.name)}: there is one of this name that differs in ${names}`,
    );
  },
  diff({ container }, { autoStart }) {
    if (container === undefined)
      return [{ property: "existence", before: "absent", after: autoStart ? "running" : "created" }];
    // Left behind by an attempt that was cut short; one that ran and was stopped is somebody's will.
    const mustStart = autoStart && container.State.Status === "created";
    return mustStart ? [{ property: "state", before: container.State.Status, after: "running" }] : [];
  },
  unchangedResult({ container }, params) {
    return container === undefined
      ? { id: "", name: params.name, state: "absent", image: params.image, created: "" }
      : resultOf(container);
  },
  async capture({ name, socketPath }, { container }, { token }) {
    return ok({ facts: { version: 1, name, token, wasThere: container !== undefined, socketPath }, blobs: [] });
  },
  async apply(params, { container }, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    if (container === undefined) {
      const made = await createContainer(engine.value, params.name, labelledBody(params, context.token));
      if (!made.ok) return made;
    }
    if (params.autoStart) {
      const started = await startContainer(engine.value, params.name);
      if (!started.ok) return alsoChanged(started);
    }
    const now = await needContainer(engine.value, params.name);
    return now.ok ? ok(resultOf(now.value)) : alsoChanged(now);
  },
  async undo(preImage, context) {
    const facts = preImageFacts.safeParse(preImage.facts);
    if (!facts.success)
      return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was kept for it cannot be read");
    const { name, token, wasThere } = facts.data;
    const engine = await DockerEngine.open(context, facts.data);
    if (!engine.ok) return engine;
    const container = await findContainer(engine.value, name);
    if (!container.ok || container.value === undefined) return container.ok ? ok(undefined) : container;
    if (wasThere) return await stopContainer(engine.value, name, UNDO_STOP_MS);
    // A container that somebody else made in the meantime stays.
    const isOurs = container.value.Config.Labels[LABEL_TOKEN] === token;
    return isOurs ? await removeContainer(engine.value, name, { force: true }) : ok(undefined);
  },
};
