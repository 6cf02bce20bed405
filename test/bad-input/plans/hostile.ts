import { continueRun, ops, Plan } from "drover";

/** What a terminal or a build server would obey. */
export const ORDERS: readonly string[] = [
  "\u001b[2J\u001b]0;owned\u0007",
  "\u009b31mred",
  "\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\",
  "\rovertyped\b\b\b",
  "\u202Egnp.exe\u2066",
  "\n::set-output name=x::y",
  "\n##vso[task.setvariable variable=x]y",
  "$(id) `id` {{ 7 | times: 7 }} '\"; rm -rf /tmp/x",
];
const EVIL = ORDERS.join(" ");
/** Legal in a name; control characters are not. */
const NAME = "$(id) `id` {{ x }} '\"; rm -rf ~ __proto__ \u202E::error::";

/** Everything people read of a plan holds orders. */
// oxlint-disable-next-line import/no-default-export -- what a plan module exports
export default function hostile(): Plan {
  const plan = new Plan(NAME, { title: EVIL, description: EVIL, target: "_any", onError: continueRun });
  const talk = plan.task(`talk ${NAME}`, ops.command.exec({ command: "printf", args: ["%s\n%s", EVIL, EVIL] }));
  talk.title(EVIL);
  plan.task("fails", ops.command.exec({ command: "sh", args: ["-c", 'printf "%s" "$1" >&2; exit 3', "sh", EVIL] }));
  plan.task("missing", ops.command.exec({ command: `no-${EVIL}` }));
  plan
    .taskFunc("throws", ({ log, progress }) => {
      log(EVIL, { [EVIL]: EVIL });
      progress(50, EVIL);
      throw new Error(EVIL);
    })
    .concurrencyKey(EVIL);
  plan.taskFunc("data", () => ({ changed: true, data: { [EVIL]: EVIL } }));
  plan.taskFunc("guarded", () => ({ changed: true })).when(() => false, EVIL);
  plan.foreach("each", ["__proto__", "$(id)"], (item, part) => {
    part.taskFunc("child", () => ({ changed: false, data: item }));
  });
  plan.taskFunc("behind", () => ({ changed: false })).dependsOn("fails", talk);
  return plan;
}

/** A plan full of names that are refused. */
export const broken = new Plan("broken");
for (const name of [EVIL, ...ORDERS]) broken.taskFunc(name, () => ({ changed: false })).dependsOn(`no ${name}`);
