import { ops, Plan } from "drover";

/** Two files below a folder, a restart when they change, and a check that can be made to fail. */
// oxlint-disable-next-line import/no-default-export -- what a plan module exports
export default function site({ root, release = "1", check = "true" }: Readonly<Record<string, string>>): Plan {
  const plan = new Plan("site", { rollback: "onFailure" });
  const page = plan.task(
    "page",
    ops.file.deploy({ path: `${root}/page.html`, content: `release ${release}\n` }),
    "_any",
  );
  const config = plan.task("config", ops.file.deploy({ path: `${root}/site.conf`, content: "port = 80\n" }), "_any");
  const restart = plan
    .taskFunc("restart", () => ({ changed: true }))
    .dependsOn(page, config)
    .onlyIfChanged();
  const health = plan.task("check-health", ops.command.exec({ command: check }), "_any").dependsOn(restart);
  health.undo(ops.command.exec({ command: "true" }));
  plan.taskFunc("announce", () => ({ changed: false })).dependsOn(health);
  return plan;
}

/** A plan that asks for parameters by type. */
export const typed = new Plan("typed", {
  params: { replicas: { type: "integer", default: 2 }, name: { type: "string" } },
});
typed.taskFunc("tell", ({ params }) => ({ changed: false, data: params }));

/** Prints while it runs, as user code does. */
export const noisy = new Plan("noisy");
noisy.taskFunc("say", () => {
  // oxlint-disable-next-line no-console -- what user code does
  console.log("printed by user code");
  return { changed: false };
});

/** Wrong in two places at once. */
export function broken(): Plan {
  const plan = new Plan("broken");
  const one = plan.taskFunc("one", () => ({ changed: false }));
  const two = plan.taskFunc("two", () => ({ changed: false })).dependsOn(one);
  one.dependsOn(two);
  plan.taskFunc("one", () => ({ changed: false }));
  return plan;
}

export const number = 7;
