import { ok } from "../../base/result.ts";
import type { DockerExecParams } from "../../operation/catalog/docker-exec.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { quoted } from "../failure.ts";
import { refusal, type DockerEngine } from "./engine.ts";
import { execInContainer, type ContainerCommand } from "./exec-command.ts";

interface GuardedCommand {
  readonly params: DockerExecParams;
  readonly command: ContainerCommand;
}

/** Which guard says that a program need not run; `undefined` when none does. */
export async function execNotRunReason(
  engine: DockerEngine,
  context: ProviderContext,
  { params, command }: GuardedCommand,
): ProviderResult<string | undefined> {
  const { creates, removes, unless, onlyIf } = params;
  if (creates !== undefined) {
    const exists = await pathExists(engine, params.container, creates);
    if (!exists.ok || exists.value) return exists.ok ? ok(`creates: ${quoted(creates)} exists`) : exists;
  }
  if (removes !== undefined) {
    const exists = await pathExists(engine, params.container, removes);
    if (!exists.ok || !exists.value) return exists.ok ? ok(`removes: ${quoted(removes)} does not exist`) : exists;
  }
  if (unless !== undefined) {
    const ran = await execInContainer(engine, context, { ...command, argv: unless }, ignore);
    if (!ran.ok) return ran;
    if (ran.value.exitCode === 0) return ok(`unless: ${quoted(unless.join(" "))} exits with 0`);
  }
  if (onlyIf !== undefined) {
    const ran = await execInContainer(engine, context, { ...command, argv: onlyIf }, ignore);
    if (!ran.ok) return ran;
    if (ran.value.exitCode !== 0) return ok(`onlyIf: ${quoted(onlyIf.join(" "))} exits with ${ran.value.exitCode}`);
  }
  return ok(undefined);
}

async function pathExists(engine: DockerEngine, container: string, path: string): ProviderResult<boolean> {
  const action = `look at ${quoted(path)} in container ${quoted(container)}`;
  const answer = await engine.call({
    action,
    method: "HEAD",
    path: ["containers", container, "archive"],
    query: { path },
  });
  if (!answer.ok) return answer;
  if (answer.value.status === 200) return ok(true);
  if (answer.value.status !== 404) return refusal(action, answer.value);
  // The same status says that there is no such container.
  const found = await engine.call({ action, method: "GET", path: ["containers", container, "json"] });
  if (!found.ok) return found;
  if (found.value.status === 404) return refusal(action, found.value, { code: "DRV_DOCKER_NO_CONTAINER" });
  return ok(false);
}

function ignore(): void {
  // What a guard prints is of no interest.
}
