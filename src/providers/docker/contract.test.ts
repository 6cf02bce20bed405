import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import type { JsonValue } from "../../base/json.ts";
import { createContainerHost } from "../../host/container-host.ts";
import { createLocalHost } from "../../host/local-host.ts";
import { dockerTreeHost } from "../../host/test-kit/docker-tree.ts";
import { startPrivateDocker, type PrivateDocker } from "../../host/test-kit/private-docker.ts";
import type { Provider } from "../../operation/provider.ts";
import { systemClock, systemRandom } from "../../runner/system.ts";
import type { ProviderCase } from "../../testing/provider-case.ts";
import { providerSuite } from "../../testing/provider-suite.ts";
import type { SuiteHost } from "../../testing/provider-trial.ts";
import { commandExecProvider, commandShellProvider } from "../command/command.ts";
import { fileDeployProvider } from "../file/deploy.ts";
import { fileDirectoryProvider } from "../file/directory.ts";
import { fileSymlinkProvider } from "../file/symlink.ts";
import { dockerCreateProvider } from "./create.ts";
import { dockerEnsureProvider } from "./ensure.ts";
import { dockerExecProvider } from "./exec.ts";
import { dockerImageRemoveProvider } from "./image-remove.ts";
import { dockerRemoveProvider, dockerStartProvider, dockerStopProvider } from "./lifecycle.ts";
import { dockerLoadProvider } from "./load.ts";

type Table = readonly (readonly [Provider, readonly ProviderCase[]])[];

const SECRET = "correct horse battery staple";
const local = createLocalHost({ stateFolder: "/nonexistent/drover", clock: systemClock });
const started = await startPrivateDocker();

/** `/engine/t7-` is what the containers of one test are called. */
function nameOf(folder: string, rest = "box"): string {
  return `${folder.split("/").at(-1)}${rest}`;
}

async function registerAll(docker: PrivateDocker): Promise<void> {
  let count = 0;
  await docker.run("contract-box");
  const openEngine = async (): Promise<SuiteHost> => {
    const prefix = `t${++count}-`;
    return {
      host: dockerTreeHost(local, docker),
      folder: `/engine/${prefix}`,
      async [Symbol.asyncDispose]() {
        for (const rest of ["box", "box.drover-new", "box.drover-old"]) {
          await docker.call("DELETE", `/containers/${prefix}${rest}?force=1`);
        }
        await docker.call("DELETE", `/images/${prefix}image:1`);
      },
    };
  };
  const inContainer = createContainerHost({
    name: "docker:contract-box",
    container: "contract-box",
    socketPath: docker.socketPath,
    clock: systemClock,
    random: systemRandom,
  });
  const openContainer = async (): Promise<SuiteHost> => {
    const folder = `/srv/t${++count}`;
    await inContainer.mkdir(folder);
    return {
      host: inContainer,
      folder,
      async [Symbol.asyncDispose]() {
        await inContainer.remove(folder, { recursive: true });
        await inContainer.remove(inContainer.stateFolder, { recursive: true });
      },
    };
  };
  void suite("docker operations on a real engine keep the contract", { concurrency: 4 }, () => {
    register("DockerEngine", openEngine, engineCases(docker));
  });
  void suite("operations inside of a container keep the contract", () => {
    after(async () => {
      await inContainer[Symbol.asyncDispose]();
      await docker[Symbol.asyncDispose]();
    });
    register("a container", openContainer, CONTAINER_CASES);
  });
}

function register(hostName: string, openHost: () => Promise<SuiteHost>, table: Table): void {
  for (const [provider, cases] of table) {
    for (const rule of providerSuite({ provider, hostName, openHost, cases })) {
      if (!SLOW.test(rule.name)) void test(rule.name, rule.run);
    }
  }
}

/** A container or an image made anew for every call of an attempt takes minutes; other cases prove the same code. */
const SLOW = /^docker\.(?:(?:start|stop|load) .*|ensure .*other settings.*)(?:interrupted anywhere|cut short)/;

function engineCases(docker: PrivateDocker): Table {
  const { socketPath, folder: engineFolder } = docker;
  const call: PrivateDocker["call"] = (method, path, body) => docker.call(method, path, body);
  const box = { socketPath, image: "box:1", command: ["sleep", "1000"], network: "none" };
  const make =
    (settings: { readonly [name: string]: JsonValue } = {}) =>
    async (place: SuiteHost) => {
      const body = { Image: "box:1", Cmd: ["sleep", "1000"], HostConfig: { NetworkMode: "none" }, ...settings };
      await call("POST", `/containers/create?name=${nameOf(place.folder)}`, body);
    };
  const start = async (place: SuiteHost) => await docker.run(nameOf(place.folder));
  const tag = async (place: SuiteHost) => {
    await call("POST", `/images/box:1/tag?repo=${nameOf(place.folder, "image")}&tag=1`);
  };
  const archive = async (place: SuiteHost) => {
    await tag(place);
    const name = nameOf(place.folder, "image");
    await writeFile(join(engineFolder, `${name}.tar`), (await call("GET", `/images/${name}:1/get`)).body);
    await call("DELETE", `/images/${name}:1`);
  };
  const container = (folder: string) => ({ socketPath, container: nameOf(folder) });
  return [
    [
      dockerCreateProvider,
      [
        {
          name: "no container",
          params: (folder) => ({ ...box, name: nameOf(folder), autoStart: false, secretEnv: { KEY: SECRET } }),
          secrets: [SECRET],
          hostile: (text, folder) => ({
            ...box,
            name: nameOf(folder),
            autoStart: false,
            command: [text],
            env: { VALUE: text },
            labels: { value: text },
          }),
        },
      ],
    ],
    [
      dockerEnsureProvider,
      [
        {
          name: "no container",
          params: (folder) => ({ ...box, name: nameOf(folder), state: "stopped", secretEnv: { KEY: SECRET } }),
          secrets: [SECRET],
          hostile: (text, folder) => ({ ...box, name: nameOf(folder), state: "stopped", env: { VALUE: text } }),
        },
        {
          name: "a container with other settings",
          prepare: make({ Env: ["A=1"] }),
          params: (folder) => ({ ...box, name: nameOf(folder), state: "stopped", env: { A: "2" } }),
        },
        {
          name: "a container that must go",
          prepare: make(),
          params: (folder) => ({ name: nameOf(folder), socketPath, state: "absent" }),
        },
      ],
    ],
    [dockerStartProvider, [{ name: "a container that does not run", prepare: make(), params: container }]],
    [
      dockerStopProvider,
      [{ name: "a container that runs", prepare: start, params: (folder) => ({ ...container(folder), timeout: 0 }) }],
    ],
    [
      dockerRemoveProvider,
      [
        { name: "a container", prepare: make(), params: container },
        { name: "no container", params: container, isUnchanged: true },
      ],
    ],
    [
      dockerExecProvider,
      [
        {
          name: "a program",
          params: () => ({
            socketPath,
            container: "contract-box",
            command: ["sh", "-c", 'echo "$KEY"'],
            secretEnv: { KEY: SECRET },
          }),
          secrets: [SECRET],
          hostile: (text) => ({ socketPath, container: "contract-box", command: ["echo", text], env: { VALUE: text } }),
        },
      ],
    ],
    [
      dockerImageRemoveProvider,
      [
        {
          name: "a name of an image",
          prepare: tag,
          params: (folder) => ({ socketPath, image: `${nameOf(folder, "image")}:1` }),
        },
      ],
    ],
    [
      dockerLoadProvider,
      [
        {
          name: "an archive of an image that is not there",
          prepare: archive,
          params: (folder) => ({ socketPath, path: join(engineFolder, `${nameOf(folder, "image")}.tar`) }),
        },
      ],
    ],
  ];
}

const CONTAINER_CASES: Table = [
  [
    fileDeployProvider,
    [
      {
        name: "no file and no folders",
        params: (folder) => ({ path: `${folder}/etc/app/main.conf`, content: "port=1\n", mode: "0600" }),
        hostile: (text, folder) => ({ path: `${folder}/file`, content: text }),
      },
    ],
  ],
  [
    fileDirectoryProvider,
    [{ name: "no folder", params: (folder) => ({ path: `${folder}/a/b`, mode: "0750", owner: 0, group: 0 }) }],
  ],
  [fileSymlinkProvider, [{ name: "no link", params: (folder) => ({ path: `${folder}/link`, target: "elsewhere" }) }]],
  [
    commandExecProvider,
    [
      {
        name: "a program",
        params: () => ({ command: "/bin/echo", args: ["done"] }),
        hostile: (text) => ({ command: "/bin/echo", args: [text], env: { VALUE: text }, stdin: text }),
      },
    ],
  ],
  [commandShellProvider, [{ name: "a script", params: () => ({ script: 'echo "$1"', args: ["done"] }) }]],
];

if ("missing" in started) void test("docker operations keep the contract", (context) => context.skip(started.missing));
else await registerAll(started);
