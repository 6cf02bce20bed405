import type { Command } from "../../engine/commands.ts";
import { pick } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { RunModel } from "./run-model.ts";

/** Something a person may tell a run now; mostly what fits, sometimes what does not. */
export function randomCommand(model: RunModel, random: SeededRandom): Command | undefined {
  const dice = random.integer(17);
  if (dice < 3) return { type: "signal", name: "go", id: `s${random.integer(3)}` };
  if (dice < 9) return voice(model, random) ?? decision(model, random);
  if (dice < 12) return decision(model, random);
  if (dice === 12) return random.integer(2) === 0 ? { type: "cancel", actor: "ann" } : undefined;
  if (dice === 13) return random.integer(2) === 0 ? { type: "undo", actor: "ann" } : undefined;
  return operatorVerb(model, random);
}

/** Something that changes nothing about how a run ends. */
export function harmlessCommand({ tasks }: RunModel, random: SeededRandom): Command {
  const task = random.integer(Math.max(1, tasks.length));
  return pick(random, [
    { type: "pause", actor: "olga" },
    { type: "resume", actor: "olga" },
    { type: "signal", name: "go", id: `s${random.integer(3)}` },
    { type: "approve", task, actor: "ann" },
  ]);
}

function operatorVerb({ tasks }: RunModel, random: SeededRandom): Command {
  const task = random.integer(Math.max(1, tasks.length));
  const actor = "olga";
  if (random.integer(7) < 3) return { type: pick(random, ["pause", "resume", "retryFailed"]), actor };
  return { type: pick(random, ["skip", "markSucceeded", "retryFrom", "rewind"]), task, actor };
}

function voice(model: RunModel, random: SeededRandom): Command | undefined {
  const waiting = model.tasks.filter(
    ({ hasGate, status, task: { body } }) =>
      hasGate && status === undefined && body.kind === "gate" && body.gate.kind === "approval",
  );
  const gate = waiting[random.integer(Math.max(1, waiting.length))];
  if (gate === undefined) return undefined;
  const type = random.integer(6) === 0 ? "reject" : "approve";
  return { type, task: gate.index, actor: pick(random, ["ann", "bob", "eve"]) };
}

/** What a person says about something whose outcome nobody knows, if there is such a thing. */
export function decision(model: RunModel, random: SeededRandom): Command | undefined {
  for (const task of model.tasks) {
    const unit = task.units.findIndex(({ next }) => next === "hold");
    if (unit < 0 || task.status !== undefined || random.integer(2) === 0) continue;
    return { type: "resolveUnknown", task: task.index, unit, decision: pick(random, ["rerun", "succeeded", "failed"]) };
  }
  return undefined;
}
