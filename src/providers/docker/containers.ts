import { ok } from "../../base/result.ts";
import type { JsonObject } from "../../base/json.ts";
import type { ProviderResult } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { readAnswer, refusal, type DockerEngine } from "./engine.ts";
import { containerAnswer, createdAnswer, messageOf, type ContainerAnswer } from "./engine-answer.ts";

/** Time on top of the time a container gets to stop. */
const STOP_MARGIN_MS = 30_000;

/** A container by name or id; `undefined` when there is none. */
export async function findContainer(
  engine: DockerEngine,
  container: string,
): ProviderResult<ContainerAnswer | undefined> {
  const action = `inspect container ${quoted(container)}`;
  const answer = await engine.call({ action, method: "GET", path: ["containers", container, "json"] });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(undefined);
  return answer.value.status === 200
    ? readAnswer(action, answer.value, containerAnswer)
    : refusal(action, answer.value);
}

/** A container that must be there. */
export async function needContainer(engine: DockerEngine, container: string): ProviderResult<ContainerAnswer> {
  const found = await findContainer(engine, container);
  if (!found.ok) return found;
  if (found.value !== undefined) return ok(found.value);
  return failed(
    "DRV_DOCKER_NO_CONTAINER",
    `Cannot find container ${quoted(container)}: the engine has none of this name or id`,
  );
}

/** Makes a container. @returns its id */
export async function createContainer(engine: DockerEngine, name: string, body: JsonObject): ProviderResult<string> {
  const action = `make container ${quoted(name)}`;
  const answer = await engine.call({
    action,
    method: "POST",
    path: ["containers", "create"],
    query: { name },
    json: body,
  });
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === 201) {
    const made = readAnswer(action, answer.value, createdAnswer);
    return made.ok ? ok(made.value.Id) : made;
  }
  const said = messageOf(answer.value.body) ?? "";
  if (status === 404 && /no such image/i.test(said))
    return refusal(action, answer.value, { code: "DRV_DOCKER_NO_IMAGE" });
  if (status === 409) return refusal(action, answer.value, { code: "DRV_DOCKER_NAME_TAKEN" });
  return refusal(action, answer.value);
}

/** Starts a container; one that runs is left alone. */
export async function startContainer(engine: DockerEngine, container: string): ProviderResult<void> {
  const action = `start container ${quoted(container)}`;
  const answer = await engine.call({ action, method: "POST", path: ["containers", container, "start"] });
  if (!answer.ok) return answer;
  return isDone(answer.value.status) ? ok(undefined) : refusal(action, answer.value, missing(answer.value.status));
}

/** Stops a container; one that does not run is left alone. */
export async function stopContainer(engine: DockerEngine, container: string, timeoutMs: number): ProviderResult<void> {
  const action = `stop container ${quoted(container)}`;
  const answer = await engine.call({
    action,
    method: "POST",
    path: ["containers", container, "stop"],
    query: { t: String(Math.ceil(timeoutMs / 1_000)) },
    timeoutMs: timeoutMs + STOP_MARGIN_MS,
  });
  if (!answer.ok) return answer;
  return isDone(answer.value.status) ? ok(undefined) : refusal(action, answer.value, missing(answer.value.status));
}

/** Lets a paused container go on. */
export async function unpauseContainer(engine: DockerEngine, container: string): ProviderResult<void> {
  const action = `let container ${quoted(container)} go on`;
  const answer = await engine.call({ action, method: "POST", path: ["containers", container, "unpause"] });
  if (!answer.ok) return answer;
  return isDone(answer.value.status) ? ok(undefined) : refusal(action, answer.value, missing(answer.value.status));
}

export interface RemovalOptions {
  readonly force: boolean;
  readonly removeVolumes?: boolean;
}

/** Removes a container; an absent one is fine. */
export async function removeContainer(
  engine: DockerEngine,
  container: string,
  options: RemovalOptions,
): ProviderResult<void> {
  const action = `remove container ${quoted(container)}`;
  const query = { force: options.force ? "1" : undefined, v: options.removeVolumes === true ? "1" : undefined };
  const answer = await engine.call({ action, method: "DELETE", path: ["containers", container], query });
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === 204 || status === 404) return ok(undefined);
  return refusal(action, answer.value, status === 409 ? { code: "DRV_DOCKER_IN_USE" } : {});
}

export async function renameContainer(engine: DockerEngine, container: string, name: string): ProviderResult<void> {
  const action = `rename container ${quoted(container)} to ${quoted(name)}`;
  const answer = await engine.call({
    action,
    method: "POST",
    path: ["containers", container, "rename"],
    query: { name },
  });
  if (!answer.ok) return answer;
  return answer.value.status === 204 ? ok(undefined) : refusal(action, answer.value, missing(answer.value.status));
}

/** Changes what can be changed in a container that is there. */
export async function updateContainer(
  engine: DockerEngine,
  container: string,
  update: JsonObject,
): ProviderResult<void> {
  const action = `change container ${quoted(container)}`;
  const answer = await engine.call({ action, method: "POST", path: ["containers", container, "update"], json: update });
  if (!answer.ok) return answer;
  return answer.value.status === 200 ? ok(undefined) : refusal(action, answer.value, missing(answer.value.status));
}

/** 304 says that there was nothing to do. */
function isDone(status: number): boolean {
  return status === 204 || status === 304;
}

function missing(status: number): { readonly code?: "DRV_DOCKER_NO_CONTAINER" } {
  return status === 404 ? { code: "DRV_DOCKER_NO_CONTAINER" } : {};
}
