import { LineSplitter } from "../../base/line-splitter.ts";
import { MultiplexedStream } from "../../base/multiplexed-stream.ts";
import { ok } from "../../base/result.ts";
import { DOCKER_LABEL_PREFIX } from "../../operation/catalog/docker-fields.ts";
import {
  dockerInspect,
  dockerList,
  dockerLogs,
  type DockerInspectParams,
  type DockerInspectResult,
  type DockerListParams,
  type DockerListResult,
  type DockerLogsParams,
  type DockerLogsResult,
} from "../../operation/catalog/docker-read.ts";
import type { ReadProvider } from "../../operation/provider.ts";
import { quoted } from "../failure.ts";
import { portTexts, restartText } from "./container-config.ts";
import { maskedVariable } from "./container-diff.ts";
import { needContainer } from "./containers.ts";
import { DockerEngine, readAnswer, refusal } from "./engine.ts";
import { containersAnswer, type ContainerAnswer } from "./engine-answer.ts";

const LOG_BYTES_MAX = 4 * 1024 * 1024;
/** What the engine says for a time that never came. */
const NEVER = "0001-01-01T00:00:00Z";

/** Statuses of the engine by what people ask for. */
const STATUSES = {
  running: ["running", "paused", "restarting"],
  stopped: ["created", "exited", "dead"],
  all: [],
} as const;

function ownLabels(labels: { readonly [name: string]: string }): { [name: string]: string } {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith(DOCKER_LABEL_PREFIX)));
}

/** Lists containers. */
export const dockerListProvider: ReadProvider<DockerListParams, DockerListResult> = {
  kind: "read",
  spec: dockerList,
  async read(params, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const action = "list containers";
    const label = Object.entries(params.labels).map(([name, value]) => `${name}=${value}`);
    const filters = JSON.stringify({ label, status: STATUSES[params.state] });
    const answer = await engine.value.call({
      action,
      method: "GET",
      path: ["containers", "json"],
      query: { all: "1", filters },
    });
    if (!answer.ok) return answer;
    if (answer.value.status !== 200) return refusal(action, answer.value);
    const found = readAnswer(action, answer.value, containersAnswer);
    if (!found.ok) return found;
    const containers = found.value.map(({ Id, Names, Image, State, Created, Labels }) => ({
      id: Id,
      name: (Names[0] ?? "").replace(/^\//, ""),
      image: Image,
      state: State,
      createdAtMs: (Created ?? 0) * 1_000,
      labels: ownLabels(Labels),
    }));
    containers.sort((one, other) => (one.name < other.name ? -1 : 1));
    return ok({ containers: containers.slice(0, params.limit), isTruncated: containers.length > params.limit });
  },
};

function inspectResult(container: ContainerAnswer): DockerInspectResult {
  const { State, Config, HostConfig, NetworkSettings } = container;
  const networks = Object.entries(NetworkSettings?.Networks ?? {}).map(
    ([name, { IPAddress, Gateway, MacAddress }]) =>
      [name, { address: IPAddress, gateway: Gateway, mac: MacAddress }] as const,
  );
  return {
    id: container.Id,
    name: container.Name,
    image: Config.Image,
    imageId: container.Image,
    state: State.Status,
    isRunning: State.Running,
    exitCode: State.ExitCode ?? 0,
    created: container.Created,
    ...timeOf("startedAt", State.StartedAt),
    ...timeOf("finishedAt", State.FinishedAt),
    restartCount: container.RestartCount ?? 0,
    restart: restartText(HostConfig.RestartPolicy),
    command: [...Config.Cmd],
    entrypoint: [...Config.Entrypoint],
    env: Config.Env.map((variable) => maskedVariable(variable, container)),
    ports: [...portTexts(NetworkSettings?.Ports ?? {})],
    mounts: container.Mounts.map(({ Type, Name, Source, Destination, RW }) => {
      return { type: Type, source: Type === "volume" ? Name : Source, path: Destination, isReadOnly: RW === false };
    }),
    labels: ownLabels(Config.Labels),
    networks: Object.fromEntries(networks),
    ...healthOf(container),
  };
}

function timeOf(name: "startedAt" | "finishedAt", time: string): { readonly [key in typeof name]?: string } {
  return time === "" || time === NEVER ? {} : { [name]: time };
}

function healthOf({ State }: ContainerAnswer): Pick<DockerInspectResult, "health"> {
  if (State.Health === undefined || State.Health === null || State.Health.Status === "none") return {};
  const { Status, FailingStreak, Log } = State.Health;
  return {
    health: { status: Status, failingStreak: FailingStreak ?? 0, output: (Log?.at(-1)?.Output ?? "").slice(0, 4_096) },
  };
}

/** Tells what a container is made of and how it is. */
export const dockerInspectProvider: ReadProvider<DockerInspectParams, DockerInspectResult> = {
  kind: "read",
  spec: dockerInspect,
  async read(params, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const container = await needContainer(engine.value, params.container);
    return container.ok ? ok(inspectResult(container.value)) : container;
  },
};

/** Reads the last lines that a container wrote. */
export const dockerLogsProvider: ReadProvider<DockerLogsParams, DockerLogsResult> = {
  kind: "read",
  spec: dockerLogs,
  async read(params, context) {
    const engine = await DockerEngine.open(context, params);
    if (!engine.ok) return engine;
    const container = await needContainer(engine.value, params.container);
    if (!container.ok) return container;
    const action = `read the output of container ${quoted(params.container)}`;
    const log = new LogReader(container.value.Config.Tty === true);
    const answer = await engine.value.call({
      action,
      method: "GET",
      path: ["containers", container.value.Id, "logs"],
      query: { stdout: "1", stderr: "1", tail: String(params.tail) },
      timeoutMs: 60_000,
      onBody: (bytes) => log.push(bytes),
    });
    if (!answer.ok) return answer;
    return answer.value.status === 200 ? ok(log.result(params.tail)) : refusal(action, answer.value);
  },
};

/** Puts the lines of both streams together, in the order in which they ended. */
class LogReader {
  readonly #lines: DockerLogsResult["lines"] = [];
  readonly #splitters = {
    stdout: new LineSplitter((text) => this.#lines.push({ stream: "stdout", text })),
    stderr: new LineSplitter((text) => this.#lines.push({ stream: "stderr", text })),
  };
  readonly #frames = new MultiplexedStream((stream, bytes) => this.#splitters[stream].push(bytes));
  readonly #hasTerminal: boolean;
  #byteCount = 0;

  constructor(hasTerminal: boolean) {
    this.#hasTerminal = hasTerminal;
  }

  push(bytes: Uint8Array): void {
    this.#byteCount += bytes.length;
    if (this.#byteCount > LOG_BYTES_MAX) return;
    // A container with a terminal has one stream and no frames.
    if (this.#hasTerminal) this.#splitters.stdout.push(bytes);
    else this.#frames.push(bytes);
  }

  result(linesMax: number): DockerLogsResult {
    this.#splitters.stdout.end();
    this.#splitters.stderr.end();
    return { lines: this.#lines.slice(-linesMax), isTruncated: this.#byteCount > LOG_BYTES_MAX };
  }
}
