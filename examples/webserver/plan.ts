/**
 * A small web site: folders, a server program, a configuration rendered with facts, a page, a server under a
 * supervisor, a health check, a failure branch and a way back.
 *
 *   drover run examples/webserver/plan.ts root=/srv/site release=1
 */
import { readFileSync } from "node:fs";
import { continueRun, ops, Plan, retry } from "drover";

const source = (name: string): string => readFileSync(new URL(`site/${name}`, import.meta.url), "utf8");

export interface SiteParameters {
  /** Folder of the site. */
  readonly root: string;
  /** `broken` starts, answers, and says that it is not well. Default `1`. */
  readonly release?: string;
  /** Default 18080. */
  readonly port?: string | number;
}

export default function webserver({ root, release = "1", port = 18_080 }: SiteParameters): Plan {
  const url = `http://127.0.0.1:${port}`;
  const plan = new Plan("webserver", { target: "_any", rollback: "onFailure" });

  // Commands run in the folder of the site; their arguments reach them as they are, no shell reads them.
  const supervise = (verb: string) => {
    const server = [process.execPath, "live/server.js", "live/server.conf"];
    return { command: "sh", args: ["bin/supervise.sh", verb, "run", ...server], cwd: root };
  };
  const isRunning = ["sh", "bin/supervise.sh", "status", "run"];

  // Branch 1: what this machine is.
  const system = plan.task("read-system", ops.node.osGet());
  const memory = plan.task("read-memory", ops.node.memoryGet());

  // Branch 2: folders and programs.
  const folder = (name: string) => plan.task(`folder-${name}`, ops.file.directory({ path: `${root}/${name}` }));
  const [bin, next, live, run, www] = [folder("bin"), folder("next"), folder("live"), folder("run"), folder("www")];
  const supervisor = plan
    .task(
      "install-supervisor",
      ops.file.deploy({ path: `${root}/bin/supervise.sh`, content: source("supervise.sh"), mode: "0755" }),
    )
    .dependsOn(bin);

  // Branch 3: the next program and configuration, laid out beside those that are live.
  const template = plan.task(
    "upload-template",
    ops.file.upload({ name: "server.conf", content: source("server.conf.liquid"), contentType: "template" }),
  );
  const program = (path: string) => ops.file.deploy({ path, content: source("server.js") });
  const config = (path: string) => ops.file.deploy({ path, source: "server.conf", vars: { port, release } });
  const stageProgram = plan.task("stage-program", program(`${root}/next/server.js`)).dependsOn(next);
  const stageConfig = plan.task("stage-config", config(`${root}/next/server.conf`)).dependsOn(next, template);

  // The server stops only when what it reads at start is about to change. Taking that back starts it again, and since
  // undo goes backwards, the old program and configuration are in place again by then.
  const stop = plan
    .task(
      "stop-server",
      ops.command.exec({ ...supervise("stop"), onlyIf: isRunning, unless: ["diff", "-rq", "next", "live"] }),
    )
    .dependsOn(stageProgram, stageConfig, supervisor, run, live)
    .undo(ops.command.exec(supervise("start")));
  const publishProgram = plan.task("publish-program", program(`${root}/live/server.js`)).dependsOn(stop);
  const publishConfig = plan.task("publish-config", config(`${root}/live/server.conf`)).dependsOn(stop);
  const start = plan
    .task("start-server", ops.command.exec({ ...supervise("start"), unless: isRunning }))
    .dependsOn(publishProgram, publishConfig)
    .undo(ops.command.exec(supervise("stop")));

  // Branch 4: the page, which the server reads at every request.
  const page = plan
    .task(
      "publish-page",
      ops.file.deploy({
        path: `${root}/www/index.html`,
        content: source("index.html.liquid"),
        vars: { title: "Driven by drover", release },
      }),
    )
    .dependsOn(www);

  // Does it work? When it does not, what the server said goes into the report, and everything is taken back.
  const patience = retry(6, { initial: "100ms", factor: 1.5 });
  const health = plan
    .task(
      "check-health",
      ops.http.request({ url: `${url}/healthz`, expect: { status: 200, bodyContains: `"release":"${release}"` } }),
    )
    .dependsOn(start)
    .onError(patience);
  plan
    .task("check-page", ops.http.request({ url, expect: { bodyContains: `Release ${release} on` } }))
    .dependsOn(start, page)
    .onError(patience);
  plan
    .taskFunc("keep-log", async ({ client, log }) => {
      const tail = ops.command.exec({ command: "tail", args: ["-n", "5", "run/server.log"], cwd: root });
      const { results } = await client.call(tail);
      const lines = results[0]?.data?.stdout.trimEnd().split("\n") ?? [];
      for (const line of lines) log(line);
      return { changed: false, data: { lines } };
    })
    .dependsOn(health)
    .onlyIfFailed()
    .onError(continueRun);
  plan
    .taskFunc("announce", ({ results }) => {
      const distribution = results.get(system)?.distribution ?? "an unknown system";
      const memoryGiB = (results.get(memory)?.totalBytes ?? 0) / 2 ** 30;
      return { changed: false, data: { url, release, machine: `${distribution}, ${memoryGiB.toFixed(1)} GiB` } };
    })
    .dependsOn(health, system, memory);

  return plan;
}
