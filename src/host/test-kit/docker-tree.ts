import { err, ok } from "../../base/result.ts";
import type { FileStat, Host } from "../../operation/host.ts";
import { hostError } from "../host-error.ts";
import type { PrivateDocker } from "./private-docker.ts";

const FOLDER = "/engine";
const STAT: FileStat = {
  type: "file",
  sizeBytes: 0,
  mode: 0o644,
  uid: 0,
  gid: 0,
  user: "root",
  group: "root",
  modifiedAtMs: 0,
};

/** A container or an image as the engine describes it; only what is compared. */
interface Described {
  readonly Names?: readonly string[];
  readonly RepoTags?: readonly string[] | null;
  readonly Id: string;
}

/**
 * A host on which the engine looks like a folder, so that states before and after can be compared: a file for each
 * container and image whose name starts with the name of the folder, without what is new for each of them.
 */
export function dockerTreeHost(host: Host, docker: PrivateDocker): Host {
  async function entries(folder: string): Promise<Map<string, string>> {
    const prefix = folder.slice(FOLDER.length + 1);
    const found = new Map<string, string>();
    for (const { Names = [], Id } of listOf((await docker.call("GET", "/containers/json?all=1")).json())) {
      const name = (Names[0] ?? "").slice(1);
      if (name.startsWith(prefix)) found.set(name.slice(prefix.length), await containerText(docker, Id));
    }
    for (const { RepoTags } of listOf((await docker.call("GET", "/images/json")).json())) {
      for (const tag of RepoTags ?? [])
        if (tag.startsWith(prefix)) found.set(`image-${tag.slice(prefix.length)}`, "image");
    }
    return found;
  }
  const isInside = (path: string): boolean => path.startsWith(`${FOLDER}/`) && !path.includes("canary");
  const folderOf = (path: string): string => path.split("/").slice(0, 3).join("/");
  const nameOf = (path: string): string => path.split("/").slice(3).join("/");
  return {
    ...host,
    name: host.name,
    stateFolder: "/engine-state",
    exec: host.exec.bind(host),
    batch: host.batch.bind(host),
    readFile: async (path, options) => {
      if (!isInside(path)) return await host.readFile(path, options);
      const text = (await entries(folderOf(path))).get(nameOf(path));
      if (text !== undefined) return ok(new TextEncoder().encode(text));
      return err(hostError("DRV_HOST_FILE_NOT_FOUND", { verb: "read", subject: path }, "it does not exist"));
    },
    writeFile: host.writeFile.bind(host),
    stat: async (path, options) => {
      if (!isInside(path)) return await host.stat(path, options);
      if (nameOf(path) === "") return ok({ ...STAT, type: "directory" });
      return ok((await entries(folderOf(path))).has(nameOf(path)) ? STAT : undefined);
    },
    list: async (path, options) =>
      isInside(path) ? ok([...(await entries(path)).keys()].sort()) : await host.list(path, options),
    mkdir: host.mkdir.bind(host),
    chmod: host.chmod.bind(host),
    chown: host.chown.bind(host),
    rename: host.rename.bind(host),
    readlink: host.readlink.bind(host),
    symlink: host.symlink.bind(host),
    remove: host.remove.bind(host),
    http: host.http.bind(host),
    facts: host.facts.bind(host),
  };
}

function listOf(value: unknown): readonly Described[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.filter(isDescribed);
}

function isDescribed(value: unknown): value is Described {
  return typeof value === "object" && value !== null && "Id" in value && typeof value.Id === "string";
}

async function containerText(docker: PrivateDocker, id: string): Promise<string> {
  const whole: unknown = (await docker.call("GET", `/containers/${id}/json`)).json();
  // The token of the attempt is the same in a suite; ids, times and process numbers never are.
  return JSON.stringify(whole, (name, value: unknown) => (VOLATILE.test(name) ? undefined : value));
}

const VOLATILE =
  /^(Id|Created|Name|Pid|StartedAt|FinishedAt|ResolvConfPath|HostnamePath|HostsPath|LogPath|SandboxID|SandboxKey|NetworkID|EndpointID|GraphDriver|Hostname|ExitCode|ExecIDs|Networks|NetworkSettings)$/;
