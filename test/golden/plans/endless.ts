import { ops, Plan } from "drover";

/** Runs until somebody stops it: politely, or only by force. */
export default function endless({ script = "sleep 60" }: Readonly<Record<string, string>>): Plan {
  const plan = new Plan("endless");
  const wait = plan.task("wait", ops.command.shell({ script: `echo started; ${script}` }), "_any");
  plan.taskFunc("after", () => ({ changed: false })).dependsOn(wait);
  return plan;
}
