/**
 * A small web site on this machine: folders, a page and a configuration rendered with facts, a server under a
 * supervisor, a health check, a failure branch and a way back.
 *
 *   drover run examples/webserver/plan.ts root=/tmp/site release=1
 */
import { readFileSync } from "node:fs";
import { continueRun, ops, Plan, retry } from "drover";

const site = (name: string) => readFileSync(new URL(`site/${name}`, import.meta.url), "utf8");

export default function webserver(params: { root: string; release?: string; port?: number }): Plan {
  const { root, release = "1", port = 18_080 } = params;
  const supervisor = `${root}/bin/supervise.sh`;
  const server = [`${root}/run`, process.execPath, `${root}/bin/server.js`, `${root}/conf/server.conf`];
  const supervise = (verb: string) => ops.command.exec({ command: "sh", args: [supervisor, verb, ...server] });

  const plan = new Plan("webserver", { rollback: "onFailure" });

  // Branch 1: what this machine is.
  const system = plan.task("read-system", ops.node.os(), "_any");
  const memory = plan.task("read-memory", ops.node.memory(), "_any");

  // Branch 2: folders and programs.
  const folders = ["bin", "conf", "www", "run"].map((name) =>
    plan.task(`folder-${name}`, ops.file.directory({ path: `${root}/${name}`, makeFolders: true }), "_any"),
  );
  const program = plan.task(
    "install-server",
    ops.file.deploy({ path: `${root}/bin/server.js`, content: site("server.js"), mode: "0644" }),
    "_any",
  );
  const supervisorScript = plan.task(
    "install-supervisor",
    ops.file.deploy({ path: supervisor, content: site("supervise.sh"), mode: "0755" }),
    "_any",
  );
  program.dependsOn(...folders);
  supervisorScript.dependsOn(...folders);

  // Undone last, when every file has its old content again: bring the old release back.
  const checkpoint = plan.task("checkpoint", ops.command.exec({ command: "true", creates: root }), "_any");
  checkpoint.dependsOn(supervisorScript, program).undo(supervise("restart"));

  // Branch 3: content.
  const template = plan.task(
    "upload-template",
    ops.file.upload({ name: "webserver/server.conf", content: site("server.conf.liquid"), contentType: "template" }),
  );
  const config = plan
    .task(
      "configure",
      ops.file.deploy({
        path: `${root}/conf/server.conf`,
        source: "webserver/server.conf",
        contentType: "template",
        vars: { port, release },
      }),
      "_any",
    )
    .dependsOn(template, checkpoint, system, memory);
  const page = plan
    .task(
      "publish-page",
      ops.file.deploy({
        path: `${root}/www/index.html`,
        content: site("index.html.liquid"),
        contentType: "template",
        vars: { title: "Driven by drover", release },
      }),
      "_any",
    )
    .dependsOn(checkpoint);

  // The server: restarted only when something it reads at start has changed, started when it does not run.
  const restart = plan
    .task("restart-server", supervise("restart"), "_any")
    .dependsOn(config, program, supervisorScript)
    .onlyIfChanged();
  const start = plan
    .task(
      "start-server",
      ops.command.exec({
        command: "sh",
        args: [supervisor, "start", ...server],
        unless: ["sh", supervisor, "status", `${root}/run`],
      }),
      "_any",
    )
    .dependsOn(restart);

  const health = plan
    .task("check-health", ops.http.request({ url: `http://127.0.0.1:${port}/healthz`, expect: { status: 200 } }), "_any")
    .dependsOn(start, page)
    .onError(retry(5, { initial: "200ms", factor: 1.5 }));

  plan
    .task("keep-log", ops.command.exec({ command: "tail", args: ["-n", "5", `${root}/run/server.log`] }), "_any")
    .dependsOn(health)
    .onlyIfFailed()
    .onError(continueRun);

  return plan;
}
