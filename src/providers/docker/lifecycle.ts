import { ok } from "../../base/result.ts";
import { z } from "zod";
import {
  dockerRemove,
  dockerStart,
  dockerStop,
  type DockerRemoveParams,
  type DockerStartParams,
  type DockerStopParams,
} from "../../operation/catalog/docker-container.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failed } from "../failure.ts";
import { findContainer, needContainer, removeContainer, startContainer, stopContainer } from "./containers.ts";
import { DockerEngine } from "./engine.ts";
import type { ContainerAnswer } from "./engine-answer.ts";

type StateResult = ResultDataOf<typeof dockerStart>;

/** Time a container that undo stops again gets to end. */
const UNDO_STOP_MS = 10_000;

interface Found {
  readonly container: ContainerAnswer;
}

async function inspect(
  params: { readonly container: string; readonly socketPath: string },
  context: ProviderContext,
): ProviderResult<Found> {
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const container = await needContainer(engine.value, params.container);
  return container.ok ? ok({ container: container.value }) : container;
}

function stateOf({ Id, Name, State }: ContainerAnswer): StateResult {
  return { id: Id, name: Name, state: State.Status };
}

async function stateAfter(engine: DockerEngine, id: string): ProviderResult<StateResult> {
  const now = await needContainer(engine, id);
  return now.ok ? ok(stateOf(now.value)) : now;
}

const preImageFacts = z.object({ version: z.literal(1), id: z.string(), socketPath: z.string() });

/** Keeps which container it is; what undo does to it follows from the operation. */
async function captureId(params: { readonly socketPath: string }, { container }: Found): ProviderResult<PreImage> {
  return ok({ facts: { version: 1, id: container.Id, socketPath: params.socketPath }, blobs: [] });
}

/** What undo was given: the engine, and the container if that is still there. */
async function undoSubject(
  preImage: PreImage,
  context: ProviderContext,
): ProviderResult<{ readonly engine: DockerEngine; readonly container: ContainerAnswer | undefined }> {
  const facts = preImageFacts.safeParse(preImage.facts);
  if (!facts.success)
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was kept for it cannot be read");
  const engine = await DockerEngine.open(context, facts.data);
  if (!engine.ok) return engine;
  const container = await findContainer(engine.value, facts.data.id);
  return container.ok ? ok({ engine: engine.value, container: container.value }) : container;
}

/** Starts a container that is there. */
export const dockerStartProvider: WriteProvider<DockerStartParams, StateResult, Found> = {
  kind: "write",
  spec: dockerStart,
  inspect,
  diff: ({ container }) =>
    container.State.Running ? [] : [{ property: "state", before: container.State.Status, after: "running" }],
  unchangedResult: ({ container }) => stateOf(container),
  capture: captureId,
  async apply(params, { container }, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const started = await startContainer(engine.value, container.Id);
    return started.ok ? await stateAfter(engine.value, container.Id) : started;
  },
  async undo(preImage, context) {
    const subject = await undoSubject(preImage, context);
    if (!subject.ok) return subject;
    const { engine, container } = subject.value;
    return container?.State.Running === true ? await stopContainer(engine, container.Id, UNDO_STOP_MS) : ok(undefined);
  },
};

/** Stops a running container. */
export const dockerStopProvider: WriteProvider<DockerStopParams, StateResult, Found> = {
  kind: "write",
  spec: dockerStop,
  inspect,
  diff: ({ container }) =>
    container.State.Running ? [{ property: "state", before: container.State.Status, after: "exited" }] : [],
  unchangedResult: ({ container }) => stateOf(container),
  capture: captureId,
  async apply(params, { container }, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const stopped = await stopContainer(engine.value, container.Id, params.timeout);
    return stopped.ok ? await stateAfter(engine.value, container.Id) : stopped;
  },
  async undo(preImage, context) {
    const subject = await undoSubject(preImage, context);
    if (!subject.ok) return subject;
    const { engine, container } = subject.value;
    if (container === undefined) {
      return failed("DRV_DOCKER_NO_CONTAINER", "Cannot start the stopped container again: it is gone");
    }
    return container.State.Running ? ok(undefined) : await startContainer(engine, container.Id);
  },
};

interface MaybeFound {
  readonly container: ContainerAnswer | undefined;
}

/** Removes a container. */
export const dockerRemoveProvider: WriteProvider<DockerRemoveParams, ResultDataOf<typeof dockerRemove>, MaybeFound> = {
  kind: "write",
  spec: dockerRemove,
  async inspect(params, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const container = await findContainer(engine.value, params.container);
    return container.ok ? ok({ container: container.value }) : container;
  },
  diff: ({ container }) =>
    container === undefined ? [] : [{ property: "existence", before: container.State.Status, after: "absent" }],
  unchangedResult: (_observed, { container }) => ({ container }),
  async apply(params, { container }, context) {
    if (container === undefined) return ok({ container: params.container });
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const removed = await removeContainer(engine.value, container.Id, params);
    return removed.ok ? ok({ container: params.container, id: container.Id }) : removed;
  },
};
