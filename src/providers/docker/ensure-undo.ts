import { z } from "zod";
import { ok } from "../../base/result.ts";
import type { PreImage, ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failed, quoted } from "../failure.ts";
import { LABEL_TOKEN } from "./container-config.ts";
import {
  createContainer,
  findContainer,
  removeContainer,
  renameContainer,
  startContainer,
  stopContainer,
  updateContainer,
} from "./containers.ts";
import { DockerEngine } from "./engine.ts";
import type { ContainerAnswer } from "./engine-answer.ts";
import { newName, oldName } from "./ensure-state.ts";
import { findImage } from "./images.ts";

/** Time a container that undo replaces gets to end. */
const UNDO_STOP_MS = 10_000;

const preImageFacts = z.object({
  version: z.literal(1),
  name: z.string(),
  socketPath: z.string(),
  /** Label of the container that the attempt made. */
  token: z.string(),
  /** Absent: there was no container. */
  before: z
    .object({ id: z.string(), isRunning: z.boolean(), imageId: z.string(), body: z.record(z.string(), z.json()) })
    .optional(),
});

/** Brings back a container like the one before: itself while it exists, else a new one with its settings. */
export async function undoEnsure(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = preImageFacts.safeParse(preImage.facts);
  if (!facts.success)
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was kept for it cannot be read");
  const { name, before, token } = facts.data;
  const engine = await DockerEngine.open(context, facts.data);
  if (!engine.ok) return engine;
  for (const leftover of [newName(name), oldName(name)]) {
    // The old container itself may still be there under its other name.
    const found = before === undefined ? ok(undefined) : await findContainer(engine.value, leftover);
    if (!found.ok) return found;
    if (found.value !== undefined && found.value.Id === before?.id)
      return await backUnderName(engine.value, name, before);
    const removed = await removeContainer(engine.value, leftover, { force: true });
    if (!removed.ok) return removed;
  }
  const now = await findContainer(engine.value, name);
  if (!now.ok) return now;
  if (before === undefined) {
    // A container that somebody else made in the meantime stays.
    const isOurs = now.value?.Config.Labels[LABEL_TOKEN] === token;
    return isOurs ? await removeContainer(engine.value, name, { force: true }) : ok(undefined);
  }
  return now.value?.Id === before.id
    ? await restoreState(engine.value, now.value, before)
    : await makeAgain(engine.value, name, before);
}

type Before = NonNullable<z.output<typeof preImageFacts>["before"]>;

async function backUnderName(engine: DockerEngine, name: string, before: Before): ProviderResult<void> {
  const removed = await removeContainer(engine, name, { force: true });
  if (!removed.ok) return removed;
  const cleaned = await removeContainer(engine, newName(name), { force: true });
  if (!cleaned.ok) return cleaned;
  const renamed = await renameContainer(engine, before.id, name);
  if (!renamed.ok || !before.isRunning) return renamed;
  return await startContainer(engine, name);
}

/** The container was never replaced: only its policy and state may have been changed. */
async function restoreState(engine: DockerEngine, now: ContainerAnswer, before: Before): ProviderResult<void> {
  const policy = hostConfigOf(before)["RestartPolicy"];
  if (policy !== undefined && policy !== null) {
    const updated = await updateContainer(engine, now.Id, { RestartPolicy: policy });
    if (!updated.ok) return updated;
  }
  if (now.State.Running === before.isRunning) return ok(undefined);
  return before.isRunning ? await startContainer(engine, now.Id) : await stopContainer(engine, now.Id, UNDO_STOP_MS);
}

async function makeAgain(engine: DockerEngine, name: string, before: Before): ProviderResult<void> {
  const { imageId } = before;
  const image = await findImage(engine, imageId);
  if (!image.ok) return image;
  if (image.value === undefined) {
    return failed(
      "DRV_DOCKER_NO_IMAGE",
      `Cannot make container ${quoted(name)} again: its image ${quoted(imageId)} is gone`,
    );
  }
  const removed = await removeContainer(engine, name, { force: true });
  if (!removed.ok) return removed;
  const made = await createContainer(engine, name, before.body);
  if (!made.ok) return made;
  return before.isRunning ? await startContainer(engine, name) : ok(undefined);
}

function hostConfigOf({ body }: Before): { readonly [name: string]: z.core.util.JSONType } {
  const parsed = z.record(z.string(), z.json()).safeParse(body["HostConfig"]);
  return parsed.success ? parsed.data : {};
}
