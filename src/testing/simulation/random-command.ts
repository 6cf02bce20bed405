import type { Command } from "../../engine/commands.ts";
import { pick } from "../random-plan.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { RunModel } from "./run-model.ts";

/** Something a person may tell a run now; mostly what fits, sometimes what does not. */
export function randomCommand(model: RunModel, random: SeededRandom): Command | undefined {
  const dice = random.integer(15);
  if (dice < 4) return { type: "signal", name: "go", id: `s${random.integer(3)}` };
  if (dice < 7) return voice(model, random);
  if (dice < 10) return decision(model, random);
  if (dice === 10) return random.integer(2) === 0 ? { type: "cancel", actor: "ann" } : undefined;
  if (dice === 11) return random.integer(2) === 0 ? { type: "undo", actor: "ann" } : undefined;
  return operatorVerb(model, random);
}

function operatorVerb({ tasks }: RunModel, random: SeededRandom): Command {
  const task = random.integer(Math.max(1, tasks.length));
  const actor = "olga";
  const type = pick(random, ["pause", "resume", "skip", "markSucceeded", "retryFailed", "retryFrom", "rewind"]);
  switch (type) {
    case "pause":
    case "resume":
    case "retryFailed":
      return { type, actor };
    default:
      return { type, task, actor };
  }
}

function voice(model: RunModel, random: SeededRandom): Command | undefined {
  const waiting = model.tasks.filter(
    ({ hasGate, gateDueMs, status }) => hasGate && gateDueMs === undefined && status === undefined,
  );
  const gate = waiting[random.integer(Math.max(1, waiting.length))];
  if (gate === undefined) return undefined;
  const type = random.integer(6) === 0 ? "reject" : "approve";
  return { type, task: gate.index, actor: pick(random, ["ann", "bob", "eve"]) };
}

function decision(model: RunModel, random: SeededRandom): Command | undefined {
  for (const task of model.tasks) {
    const unit = task.units.findIndex(({ next }) => next === "hold");
    if (unit < 0 || task.status !== undefined || random.integer(2) === 0) continue;
    return { type: "resolveUnknown", task: task.index, unit, decision: pick(random, ["rerun", "succeeded", "failed"]) };
  }
  return undefined;
}
