import { ops, Plan } from "drover";

/** Two files and a folder, a command that counts its runs, and a restart when a file changes. */
// oxlint-disable-next-line import/no-default-export -- what a plan module exports
export default function drifting({ root }: Readonly<Record<string, string>>): Plan {
  const plan = new Plan("drifting");
  const page = plan.task("page", ops.file.deploy({ path: `${root}/page.html`, content: "release 1\n" }), "_any");
  plan.task("config", ops.file.deploy({ path: `${root}/site.conf`, content: "port = 80\n" }), "_any");
  plan.task("folder", ops.file.directory({ path: `${root}/data`, mode: "0755" }), "_any");
  const count = 'echo run >>"$1"';
  plan.task("count", ops.command.shell({ script: count, args: [`${root}/runs`] }), "_any").dependsOn(page);
  const restart = 'echo restart >>"$1"';
  plan
    .task("restart", ops.command.shell({ script: restart, args: [`${root}/restarts`] }), "_any")
    .dependsOn(page)
    .onlyIfChanged();
  return plan;
}
