import { ops, Plan, retry } from "drover";

/** Appends one line, after and before some time: done twice, it is there twice. The folder only tells whose it is. */
const APPEND = `sleep "$2"; printf '%s\\n' "$1" >> ledger; sleep "$3"`;
/** Fails the first time, having left a mark. */
const SECOND_TIME = `mkdir "$1" 2>/dev/null && exit 7; ${APPEND}`;

/** Commands that cannot be repeated, on several hosts, with failures, times and people between them. */
// oxlint-disable-next-line import/no-default-export -- what a plan module exports
export default function ledger({
  folder,
  stretch = "1",
}: {
  readonly folder: string;
  readonly stretch?: string;
}): Plan {
  const plan = new Plan("ledger", { target: "one", maxParallel: 6 });
  const seconds = (milliseconds: number): string => String((milliseconds * Number(stretch)) / 1_000);
  const append = (name: string, before: number, after: number, script = APPEND) =>
    ops.command.shell({ script, args: [`line:${name}`, seconds(before), seconds(after), folder] });

  const start = plan.task("start", append("start", 20, 0));
  const wide = [0, 30, 60, 90].map((before, index) =>
    plan.task(`wide-${index}`, append(`wide-${index}`, before, 90 - before)).dependsOn(start),
  );
  const flaky = [0, 1].map((index) =>
    plan
      .task(`flaky-${index}`, append(`flaky-${index}`, 10, 20, SECOND_TIME))
      .dependsOn(start)
      .onError(retry(3, { initial: "60ms" })),
  );
  const spread = plan.task("spread", append("spread", 40, 40), { target: "_all" }).dependsOn(...wide);
  const approval = plan.approval("go").dependsOn(...flaky);
  const signal = plan.signal("window").dependsOn(start);
  const timer = plan.delay("timer", "250ms").dependsOn(start);
  const behind = plan.task("behind", append("behind", 10, 30)).dependsOn(approval, timer);
  let last = plan.task("open", append("open", 10, 10)).dependsOn(signal);
  for (let index = 0; index < 4; index++) {
    last = plan.task(`chain-${index}`, append(`chain-${index}`, 15, 15)).dependsOn(last);
  }
  const all = plan.task("again", append("again", 20, 20), { target: "_all" }).dependsOn(spread, behind, last);
  plan.task("end", append("end", 0, 10)).dependsOn(all);
  return plan;
}
