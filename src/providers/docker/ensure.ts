import { ok } from "../../base/result.ts";
import {
  dockerEnsure,
  type DockerEnsureParams,
  type DockerEnsureResult,
} from "../../operation/catalog/docker-container.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { labelledBody, portTexts, restartPolicy } from "./container-config.ts";
import { copyContainer } from "./container-copy.ts";
import {
  createContainer,
  findContainer,
  removeContainer,
  renameContainer,
  startContainer,
  stopContainer,
  unpauseContainer,
  updateContainer,
} from "./containers.ts";
import { alsoChanged, DockerEngine } from "./engine.ts";
import type { ContainerAnswer } from "./engine-answer.ts";
import { undoEnsure } from "./ensure-undo.ts";
import {
  descriptionOf,
  differenceOf,
  newName,
  observeContainer,
  oldName,
  type EnsureObserved,
} from "./ensure-state.ts";
import { pullImage } from "./pull.ts";

async function inspect(params: DockerEnsureParams, context: ProviderContext): ProviderResult<EnsureObserved> {
  const observed = await observeContainer(params, context);
  if (!observed.ok) return observed;
  const { replacing } = differenceOf(observed.value, params);
  if (params.recreate === "never" && replacing.length > 0) {
    const names = replacing.map(({ property }) => property).join(", ");
    return failed(
      "DRV_DOCKER_NOT_CHANGEABLE",
      `Cannot change container ${quoted(params.name)}: it differs in ${names}, which only a new container can have`,
    );
  }
  if (
    params.state !== "absent" &&
    params.pull === "never" &&
    params.image !== undefined &&
    observed.value.imageId === undefined
  ) {
    return failed(
      "DRV_DOCKER_NO_IMAGE",
      `Cannot make container ${quoted(params.name)}: image ${quoted(params.image)} is not on the host`,
    );
  }
  return observed;
}

function resultOf(name: string, container: ContainerAnswer | undefined, isReplaced: boolean): DockerEnsureResult {
  if (container === undefined) return { name, state: "absent", isReplaced };
  const { Id, State, Config, NetworkSettings, HostConfig } = container;
  const published = NetworkSettings?.Ports ?? {};
  const ports = State.Running && Object.keys(published).length > 0 ? published : HostConfig.PortBindings;
  return { name, state: State.Status, id: Id, image: Config.Image, isReplaced, ports: [...portTexts(ports)] };
}

async function capture(
  params: DockerEnsureParams,
  observed: EnsureObserved,
  context: ProviderContext,
): ProviderResult<PreImage> {
  const { name, socketPath } = params;
  const head = { version: 1, name, socketPath, token: context.token };
  if (observed.container === undefined) return ok({ facts: head, blobs: [] });
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const copy = await copyContainer(engine.value, observed.container.Id);
  if (!copy.ok) return copy;
  const before = {
    id: observed.container.Id,
    isRunning: copy.value.isRunning,
    imageId: copy.value.imageId,
    body: copy.value.body,
  };
  return ok({ facts: { ...head, before }, blobs: [] });
}

async function apply(
  params: DockerEnsureParams,
  observed: EnsureObserved,
  context: ProviderContext,
): ProviderResult<DockerEnsureResult> {
  const engine = await DockerEngine.open(context, params);
  if (!engine.ok) return engine;
  const difference = differenceOf(observed, params);
  for (const leftover of observed.leftovers) {
    const removed = await removeContainer(engine.value, leftover.Id, { force: true });
    if (!removed.ok) return removed;
  }
  const changed = await bringAbout(engine.value, params, { ...observed, context });
  if (!changed.ok) return changed;
  const now = await findContainer(engine.value, params.name);
  return now.ok ? ok(resultOf(params.name, now.value, difference.replacing.length > 0)) : alsoChanged(now);
}

type Situation = EnsureObserved & { readonly context: ProviderContext };

async function bringAbout(
  engine: DockerEngine,
  params: DockerEnsureParams,
  situation: Situation,
): ProviderResult<void> {
  const { container } = situation;
  if (params.state === "absent")
    return container === undefined ? ok(undefined) : await takeAway(engine, params, container);
  if (container === undefined) return await makeNew(engine, params, situation);
  const { replacing, inPlace, state } = differenceOf(situation, params);
  if (replacing.length > 0) return await replace(engine, params, { ...situation, container });
  const { restart } = params;
  if (inPlace.length > 0 && restart !== undefined) {
    const updated = await updateContainer(engine, container.Id, { RestartPolicy: restartPolicy(restart) });
    if (!updated.ok) return updated;
  }
  if (state.length === 0) return ok(undefined);
  if (container.State.Paused === true) {
    const unpaused = await unpauseContainer(engine, container.Id);
    if (!unpaused.ok || params.state === "running") return unpaused;
  }
  return params.state === "running"
    ? await startContainer(engine, container.Id)
    : await stopContainer(engine, container.Id, params.stopTimeout);
}

async function takeAway(
  engine: DockerEngine,
  params: DockerEnsureParams,
  container: ContainerAnswer,
): ProviderResult<void> {
  if (container.State.Running) {
    const stopped = await stopContainer(engine, container.Id, params.stopTimeout);
    if (!stopped.ok) return stopped;
  }
  const removed = await removeContainer(engine, container.Id, { force: true });
  return removed.ok ? removed : alsoChanged(removed);
}

async function makeNew(engine: DockerEngine, params: DockerEnsureParams, situation: Situation): ProviderResult<void> {
  const made = await makeUnder(engine, params, { name: params.name, situation });
  if (!made.ok || params.state !== "running") return made;
  const started = await startContainer(engine, params.name);
  return started.ok ? started : alsoChanged(started);
}

async function makeUnder(
  engine: DockerEngine,
  params: DockerEnsureParams,
  { name, situation }: { readonly name: string; readonly situation: Situation },
): ProviderResult<void> {
  const description = descriptionOf(params);
  if (situation.imageId === undefined) {
    const pulled = await pullImage(engine, { image: description.image }, situation.context.output);
    if (!pulled.ok) return pulled;
  }
  const made = await createContainer(engine, name, labelledBody(description, situation.context.token));
  return made.ok ? ok(undefined) : made;
}

/**
 * Puts a new container into the place of another one. Until the new one runs the old one is only stopped and has
 * another name; it comes back when the new one does not start.
 */
async function replace(
  engine: DockerEngine,
  params: DockerEnsureParams,
  situation: Situation & { readonly container: ContainerAnswer },
): ProviderResult<void> {
  const { name, state, stopTimeout } = params;
  const { container: old } = situation;
  const made = await makeUnder(engine, params, { name: newName(name), situation });
  if (!made.ok) return made;
  if (old.State.Running) {
    const stopped = await stopContainer(engine, old.Id, stopTimeout);
    if (!stopped.ok) return alsoChanged(stopped);
  }
  const moved = await renameContainer(engine, old.Id, oldName(name));
  if (!moved.ok) return alsoChanged(moved);
  const renamed = await renameContainer(engine, newName(name), name);
  if (!renamed.ok) return alsoChanged(renamed);
  const started = state === "running" ? await startContainer(engine, name) : ok(undefined);
  if (!started.ok) {
    await bringBack(engine, name, old);
    return alsoChanged(started);
  }
  const removed = await removeContainer(engine, old.Id, { force: true });
  return removed.ok ? removed : alsoChanged(removed);
}

/** Best effort: that the new container does not start is what people must hear about. */
async function bringBack(engine: DockerEngine, name: string, old: ContainerAnswer): Promise<void> {
  const removed = await removeContainer(engine, name, { force: true });
  const renamed = removed.ok ? await renameContainer(engine, old.Id, name) : removed;
  if (renamed.ok && old.State.Running) await startContainer(engine, old.Id);
}

/** Makes a container be as described: running, stopped or absent. */
export const dockerEnsureProvider: WriteProvider<DockerEnsureParams, DockerEnsureResult, EnsureObserved> = {
  kind: "write",
  spec: dockerEnsure,
  inspect,
  diff(observed, params) {
    const { replacing, inPlace, state, leftovers } = differenceOf(observed, params);
    return [...replacing, ...inPlace, ...state, ...leftovers];
  },
  unchangedResult: ({ container }, { name }) => resultOf(name, container, false),
  capture,
  apply,
  undo: undoEnsure,
};
