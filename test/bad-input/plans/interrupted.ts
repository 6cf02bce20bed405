import { ops, Plan } from "drover";

/** One command, work behind it, and a cleanup that must not be lost. */
// oxlint-disable-next-line import/no-default-export -- what a plan module exports
export default function interrupted(given: Readonly<Record<string, string>>): Plan {
  const { script = "", pids = "", cleaned = "", killGrace = "10s" } = given;
  const plan = new Plan("interrupted", { target: "_any" });
  const command = plan.task("command", ops.command.shell({ script, args: [pids] }), { timeouts: { killGrace } });
  plan.taskFunc("behind", () => ({ changed: true })).dependsOn(command);
  plan.task("cleanup", ops.file.deploy({ path: cleaned, content: "cleaned\n" })).dependsOn(command, { on: "always" });
  return plan;
}
