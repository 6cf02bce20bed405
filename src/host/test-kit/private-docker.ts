import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonValue } from "../../base/json.ts";

/** A Docker engine of one test file, with a folder and a socket of its own and the image `box:1`. */
export interface PrivateDocker extends AsyncDisposable {
  readonly socketPath: string;
  /** Temporary, gone with the engine. */
  readonly folder: string;
  /** One call of its API, past all code of ours. */
  call(method: string, path: string, body?: JsonValue | Uint8Array): Promise<EngineReply>;
  /** Makes and starts a container of `box:1` that waits until it is stopped. */
  run(name: string, settings?: { readonly [name: string]: JsonValue }): Promise<string>;
  /** Removes all containers. */
  clean(): Promise<void>;
}

export interface EngineReply {
  readonly status: number;
  readonly body: Buffer;
  readonly json: () => unknown;
}

/** Waits for its end, and ends at once when it is asked to. */
export const WAITING: readonly string[] = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait; done"];

/** The engine ends with its input, so that a test that is killed leaves none behind. */
const WATCHED = `
{ dockerd "$@"; echo "the engine ended" >&2; } &
cat >/dev/null
kill "$(cat "$(dirname "$0")/pid" 2>/dev/null)" 2>/dev/null
wait
`;

/** Starts the engine, or says what keeps it from starting here. */
export async function startPrivateDocker(): Promise<PrivateDocker | { readonly missing: string }> {
  if (process.getuid?.() !== 0) return { missing: "an own Docker engine needs root" };
  for (const [program, part] of [
    ["dockerd", "docker.io"],
    ["busybox", "busybox-static"],
  ] as const) {
    if (spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0) return { missing: `missing part: ${part}` };
  }
  const folder = await mkdtemp(join(tmpdir(), "drover-docker-"));
  const socketPath = join(folder, "docker.sock");
  const child = spawn("sh", ["-c", WATCHED, join(folder, "engine"), ...engineOptions(folder)], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  child.unref();
  const engine = new Engine(child, folder, socketPath);
  const said = await untilListening(child);
  if (said === undefined) {
    await engine.importBox();
    return engine;
  }
  await engine[Symbol.asyncDispose]();
  return { missing: `the Docker engine does not start on this machine: ${said}` };
}

/** Resolves when the engine listens, or with its last words when it ends before that. */
async function untilListening(child: ChildProcess): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let lastLine = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    const text = chunk.toString();
    const isOver = text.includes("the engine ended");
    if (isOver) return resolve(lastLine.slice(0, 300));
    lastLine = text.trim().split("\n").at(-1) ?? lastLine;
    if (text.includes("API listen on")) resolve(undefined);
  });
  child.once("exit", () => resolve(lastLine.slice(0, 300)));
  child.once("error", (thrown) => resolve(thrown.message));
  const said = await promise;
  // What it says from now on is read, and keeps nothing alive.
  for (const pipe of [child.stderr, child.stdin]) if (pipe instanceof Socket) pipe.unref();
  return said;
}

function engineOptions(folder: string): string[] {
  return [
    "--iptables=false",
    "--bridge=none",
    "--storage-driver=vfs",
    "--default-ulimit",
    "nofile=20000:20000",
    "--shutdown-timeout=1",
    "--data-root",
    join(folder, "data"),
    "--exec-root",
    join(folder, "exec"),
    "--pidfile",
    join(folder, "pid"),
    "-H",
    `unix://${join(folder, "docker.sock")}`,
  ];
}

class Engine implements PrivateDocker {
  readonly socketPath: string;
  readonly folder: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, folder: string, socketPath: string) {
    this.#child = child;
    this.folder = folder;
    this.socketPath = socketPath;
  }

  async call(method: string, path: string, body?: JsonValue | Uint8Array): Promise<EngineReply> {
    const isArchive = body instanceof Uint8Array;
    const outgoing = request({
      socketPath: this.socketPath,
      method,
      path,
      agent: false,
      headers: body === undefined ? {} : { "content-type": isArchive ? "application/x-tar" : "application/json" },
    });
    const { promise, resolve, reject } = Promise.withResolvers<EngineReply>();
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const whole = Buffer.concat(chunks);
        const json = (): unknown => JSON.parse(whole.toString());
        resolve({ status: response.statusCode ?? 0, body: whole, json });
      });
    });
    outgoing.end(body === undefined || isArchive ? body : JSON.stringify(body));
    return await promise;
  }

  async run(name: string, settings: { readonly [name: string]: JsonValue } = {}): Promise<string> {
    const body = { Image: "box:1", Cmd: [...WAITING], HostConfig: { NetworkMode: "none" }, ...settings };
    const made = await this.call("POST", `/containers/create?name=${encodeURIComponent(name)}`, body);
    if (made.status !== 201) throw new Error(`cannot make container ${name}: ${made.body.toString()}`);
    const started = await this.call("POST", `/containers/${name}/start`);
    if (started.status !== 204) throw new Error(`cannot start container ${name}: ${started.body.toString()}`);
    return name;
  }

  async clean(): Promise<void> {
    const listed = (await this.call("GET", "/containers/json?all=1")).json();
    const ids = Array.isArray(listed) ? listed.map((one: { readonly Id: string }) => one.Id) : [];
    await Promise.all(ids.map((id) => this.call("DELETE", `/containers/${id}?force=1&v=1`)));
  }

  /** The image `box:1`: all of busybox, and nothing else. */
  async importBox(): Promise<void> {
    const root = join(this.folder, "box");
    for (const name of ["bin", "etc", "dev", "proc", "sys", "var/lib", "srv", "root"])
      await mkdir(join(root, name), { recursive: true });
    await mkdir(join(root, "tmp"));
    await chmod(join(root, "tmp"), 0o1777);
    const busybox = spawnSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).stdout.trim();
    await copyFile(busybox, join(root, "bin/busybox"));
    await chmod(join(root, "bin/busybox"), 0o755);
    const applets = spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.trim().split("\n");
    for (const applet of applets) if (applet !== "busybox") await symlink("busybox", join(root, "bin", applet));
    await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n");
    await writeFile(join(root, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
    const tar = spawnSync("tar", ["-C", root, "--owner=0", "--group=0", "-c", "."], { maxBuffer: 64 * 1024 * 1024 });
    const made = await this.call("POST", "/images/create?fromSrc=-&repo=box&tag=1", new Uint8Array(tar.stdout));
    if (made.status !== 200) throw new Error(`cannot import the image: ${made.body.toString()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.clean().catch(() => undefined);
      this.#child.ref();
      const ended = once(this.#child, "exit");
      this.#child.stdin?.end();
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
