import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Result } from "../base/result.ts";
import { createLocalHost } from "../host/local-host.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeHost } from "../testing/fake-host.ts";
import type { ProviderCase } from "../testing/provider-case.ts";
import { providerSuite } from "../testing/provider-suite.ts";
import type { SuiteHost } from "../testing/provider-trial.ts";
import { commandExecProvider, commandShellProvider } from "./command/command.ts";
import { fileDeployProvider } from "./file/deploy.ts";
import { fileDirectoryProvider } from "./file/directory.ts";
import { fileLineProvider } from "./file/line.ts";
import { fileStatusProvider } from "./file/status.ts";
import { fileSymlinkProvider } from "./file/symlink.ts";
import { fileUndeployProvider } from "./file/undeploy.ts";
import { fileChangedProvider, fileUploadProvider } from "./file/upload.ts";
import { httpRequestProvider } from "./http/request.ts";
import { nodeStatusProvider } from "./node/node.ts";
import type { Provider } from "../operation/provider.ts";

/** Memory when there is some to write to: the suite makes hundreds of synced writes. */
const TEMPORARY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const IS_ROOT = process.getuid?.() === 0;

/** This machine; everything happens below a temporary folder. */
async function openLocalHost(): Promise<SuiteHost> {
  const folder = await mkdtemp(join(TEMPORARY, "drover-suite-"));
  await mkdir(join(folder, "work"));
  const host = createLocalHost({ stateFolder: join(folder, "state"), clock: new FakeClock() });
  return {
    host,
    folder: join(folder, "work"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A folder of this machine that plays the root of a host. */
async function openRootedHost(): Promise<SuiteHost> {
  const root = await mkdtemp(join(TEMPORARY, "drover-suite-"));
  await mkdir(join(root, "srv"));
  const host = createLocalHost({ root, clock: new FakeClock() });
  return { host, folder: "/srv", [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

async function openFakeHost(): Promise<SuiteHost> {
  const host = new FakeHost();
  host.files.makeFolders("/srv");
  host.onExec(() => ({ stdout: "done\n" }));
  host.onHttp(() => ({ status: 204 }));
  return { host, folder: "/srv", async [Symbol.asyncDispose]() {} };
}

function done<T>(result: Result<T, unknown>): T {
  assert.ok(result.ok);
  return result.value;
}

function withFile(name: string, content: string, options: { readonly mode?: number; readonly uid?: number } = {}) {
  return async ({ host, folder }: SuiteHost): Promise<void> => {
    const { mode = 0o640, uid } = options;
    const owner = IS_ROOT && uid !== undefined ? { owner: { user: uid, group: uid } } : {};
    done(await host.writeFile(`${folder}/${name}`, new TextEncoder().encode(content), { mode, ...owner }));
  };
}

async function withFilledFolder({ host, folder }: SuiteHost): Promise<void> {
  done(await host.mkdir(`${folder}/app/releases/42`, { recursive: true }));
  done(await host.chmod(`${folder}/app/releases`, 0o750));
  done(await host.writeFile(`${folder}/app/releases/42/main`, new Uint8Array([0, 255, 10]), { mode: 0o4755 }));
  done(await host.symlink("releases/42", `${folder}/app/current`));
}

const SECRET = "correct horse battery staple";

const DEPLOY_CASES: readonly ProviderCase[] = [
  {
    name: "no file and no folders",
    params: (folder) => ({ path: `${folder}/etc/app/main.conf`, content: "port=1\n", mode: "0600" }),
    hostile: (text, folder) => ({ path: `${folder}/file`, content: text, vars: { value: text }, contentType: "raw" }),
  },
  {
    name: "another content, mode and owner",
    prepare: withFile("main.conf", "port=2\n", { mode: 0o4755, uid: 65_534 }),
    params: (folder) => ({ path: `${folder}/main.conf`, content: "port=1\n", mode: "0644", owner: 0, backup: true }),
    hostile: (text, folder) => ({ path: `${folder}/${text}`, content: "x" }),
  },
  {
    name: "the content already there and another mode",
    prepare: withFile("main.conf", "port=1\n"),
    params: (folder) => ({ path: `${folder}/main.conf`, content: "port=1\n", mode: "4755" }),
  },
  {
    name: "a file that is as wanted",
    prepare: withFile("main.conf", "port=1\n"),
    params: (folder) => ({ path: `${folder}/main.conf`, content: "port=1\n", mode: "0640" }),
    isUnchanged: true,
  },
  {
    name: "a symbolic link in its place",
    prepare: async ({ host, folder }) => done(await host.symlink("/nowhere", `${folder}/main.conf`)),
    params: (folder) => ({ path: `${folder}/main.conf`, content: "port=1\n" }),
  },
  {
    name: "a template",
    params: (folder) => ({
      path: `${folder}/main.conf`,
      content: "{% for port in vars.ports %}listen {{ port }}\n{% endfor %}cpus {{ facts.cpuCount }}\n",
      contentType: "template",
      vars: { ports: [80, 443] },
    }),
    hostile: (text, folder) => ({
      path: `${folder}/file`,
      content: "{{ vars.value }}{{ vars.value | json }}",
      contentType: "template",
      vars: { value: text, [text]: text },
    }),
  },
  {
    name: "a secret",
    prepare: withFile("token", `${SECRET} of old\n`),
    params: (folder) => ({
      path: `${folder}/token`,
      content: "{{ vars.token }}\n",
      contentType: "template",
      vars: { token: SECRET },
      isSecret: true,
    }),
    secrets: [SECRET],
  },
];

const FILE_CASES: readonly (readonly [Provider, readonly ProviderCase[]])[] = [
  [fileDeployProvider, DEPLOY_CASES],
  [
    fileUndeployProvider,
    [
      {
        name: "a file",
        prepare: withFile("old.conf", "old\n", { mode: 0o600, uid: 65_534 }),
        params: (folder) => ({ path: `${folder}/old.conf` }),
        hostile: (text, folder) => ({ path: `${folder}/${text}` }),
      },
      { name: "no file", params: (folder) => ({ path: `${folder}/old.conf` }), isUnchanged: true },
    ],
  ],
  [
    fileDirectoryProvider,
    [
      {
        name: "no folder",
        params: (folder) => ({ path: `${folder}/a/b/c`, mode: "0750", owner: 0, group: 0 }),
        hostile: (text, folder) => ({ path: `${folder}/${text}`, owner: text }),
      },
      {
        name: "a folder with another mode",
        prepare: async ({ host, folder }) => done(await host.mkdir(`${folder}/a`, { mode: 0o700 })),
        params: (folder) => ({ path: `${folder}/a`, mode: "2775" }),
      },
      {
        name: "a filled folder that must go",
        prepare: withFilledFolder,
        params: (folder) => ({ path: `${folder}/app`, state: "absent", recursive: true }),
      },
    ],
  ],
  [
    fileSymlinkProvider,
    [
      {
        name: "no link and no folders",
        params: (folder) => ({ path: `${folder}/a/current`, target: "../releases/42" }),
        hostile: (text, folder) => ({ path: `${folder}/link`, target: text, force: true }),
      },
      {
        name: "a link to something else",
        prepare: async ({ host, folder }) => done(await host.symlink("releases/41", `${folder}/current`)),
        params: (folder) => ({ path: `${folder}/current`, target: "releases/42" }),
      },
      {
        name: "a file in its place and force",
        prepare: withFile("current", "precious\n"),
        params: (folder) => ({ path: `${folder}/current`, target: "releases/42", force: true }),
      },
      {
        name: "a link that must go",
        prepare: async ({ host, folder }) => done(await host.symlink("releases/41", `${folder}/current`)),
        params: (folder) => ({ path: `${folder}/current`, state: "absent" }),
      },
    ],
  ],
  [
    fileLineProvider,
    [
      {
        name: "a line to replace",
        prepare: withFile("sshd_config", "Port 22\r\n#PermitRootLogin yes\r\nUsePAM yes", { mode: 0o600, uid: 65_534 }),
        params: (folder) => ({
          path: `${folder}/sshd_config`,
          match: "^#?PermitRootLogin ",
          line: "PermitRootLogin no",
        }),
        hostile: (text, folder) => ({ path: `${folder}/sshd_config`, line: text, match: "^never$" }),
      },
      {
        name: "no file and create",
        params: (folder) => ({ path: `${folder}/new`, line: "first", create: true }),
      },
      {
        name: "lines to remove",
        prepare: withFile("hosts", "a\nb\na\n"),
        params: (folder) => ({ path: `${folder}/hosts`, line: "a", state: "absent" }),
      },
    ],
  ],
  [
    fileStatusProvider,
    [
      {
        name: "an unmanaged file",
        prepare: withFile("main.conf", "x\n"),
        params: (folder) => ({ path: `${folder}/main.conf` }),
        hostile: (text, folder) => ({ path: `${folder}/${text}` }),
      },
    ],
  ],
  [
    fileUploadProvider,
    [
      {
        name: "new content",
        params: () => ({ name: "site.conf", content: "listen 80\n" }),
        hostile: (text) => ({ name: text, content: text }),
      },
    ],
  ],
  [fileChangedProvider, [{ name: "unknown content", params: () => ({ name: "site.conf", contentBase64: "AP8K" }) }]],
  [nodeStatusProvider, [{ name: "any host", params: () => ({}) }]],
];

const COMMAND_CASES: readonly (readonly [Provider, readonly ProviderCase[]])[] = [
  [
    commandExecProvider,
    [
      {
        name: "a program",
        params: () => ({ command: "/bin/echo", args: ["done"] }),
        hostile: (text, folder) => ({
          command: "/bin/echo",
          args: [text],
          env: { VALUE: text },
          stdin: text,
          cwd: folder,
        }),
      },
      {
        name: "what it creates",
        prepare: withFile("done", ""),
        params: (folder) => ({ command: "/bin/false", creates: `${folder}/done` }),
        isUnchanged: true,
      },
      {
        name: "a secret in the environment",
        params: () => ({ command: "/bin/sh", args: ["-c", 'echo "$TOKEN"; exit 0'], secretEnv: { TOKEN: SECRET } }),
        secrets: [SECRET],
      },
    ],
  ],
  [
    commandShellProvider,
    [
      {
        name: "a script",
        params: () => ({ script: 'echo "$1"', args: ["done"] }),
        hostile: (text) => ({ script: 'printf %s "$1" "$VALUE"', args: [text], env: { VALUE: text } }),
      },
    ],
  ],
];

const FAKE_CASES: readonly (readonly [Provider, readonly ProviderCase[]])[] = [
  [
    httpRequestProvider,
    [
      { name: "a request that writes", params: () => ({ url: "http://localhost/", method: "POST", json: { a: 1 } }) },
      {
        name: "a request that reads with credentials",
        params: () => ({ url: "http://localhost/", headers: { Authorization: `Bearer ${SECRET}` } }),
        isUnchanged: true,
        secrets: [SECRET],
      },
    ],
  ],
];

function register(
  hostName: string,
  openHost: () => Promise<SuiteHost>,
  table: readonly (readonly [Provider, readonly ProviderCase[]])[],
): void {
  for (const [provider, cases] of table) {
    for (const rule of providerSuite({ provider, hostName, openHost, cases })) test(rule.name, rule.run);
  }
}

register("FakeHost", openFakeHost, [...FILE_CASES, ...COMMAND_CASES, ...FAKE_CASES]);
register("LocalHost", openLocalHost, [...FILE_CASES, ...COMMAND_CASES]);
// A root folder changes how paths are looked up, which one case of each provider shows.
const ROOTED_CASES = FILE_CASES.map(([provider, cases]) => [provider, cases.slice(0, 1)] as const);
register("rooted LocalHost", openRootedHost, ROOTED_CASES);
