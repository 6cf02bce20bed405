import { ops, Plan } from "drover";

/** Runs until somebody stops it: politely, or only by force. */
// oxlint-disable-next-line import/no-default-export -- what a plan module exports
export default function endless({ script = "sleep 60" }: Readonly<Record<string, string>>): Plan {
  const plan = new Plan("endless");
  const wait = plan.task("wait", ops.command.shell({ script: `echo started; ${script}` }), "_any");
  plan.taskFunc("after", () => ({ changed: false })).dependsOn(wait);
  return plan;
}
