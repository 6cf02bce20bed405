import { codedError, type CodedError } from "../base/coded-error.ts";
import { err, type Err } from "../base/result.ts";
import type { Host } from "../operation/host.ts";

/** A host for one attempt: commands that do not say otherwise get the attempt's time between TERM and KILL. */
export function scopedHost(host: Host, defaults: { readonly killGraceMs?: number }): Host {
  const { killGraceMs } = defaults;
  if (killGraceMs === undefined) return host;
  return withExec(host, (argv, options) => host.exec(argv, { killGraceMs, ...options }));
}

/** The same host with another way to run commands. */
export function withExec(host: Host, exec: Host["exec"]): Host {
  return {
    name: host.name,
    stateFolder: host.stateFolder,
    exec,
    batch: host.batch.bind(host),
    readFile: host.readFile.bind(host),
    writeFile: host.writeFile.bind(host),
    stat: host.stat.bind(host),
    list: host.list.bind(host),
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

/** What stands for the host of an operation that runs where the plan runs: it refuses every call. */
export function absentHost(name: string, operation: string): Host {
  const refuse = async (): Promise<Err<CodedError>> =>
    err(
      codedError("DRV_EXECUTE_NO_HOST", `Cannot reach a host: operation "${operation}" runs where the plan runs`, {
        hint: "Report the provider: a controller operation must not use a host",
      }),
    );
  return {
    name,
    stateFolder: "/",
    exec: refuse,
    batch: async (calls) => await Promise.all(calls.map(refuse)),
    readFile: refuse,
    writeFile: refuse,
    stat: refuse,
    list: refuse,
    mkdir: refuse,
    chmod: refuse,
    chown: refuse,
    rename: refuse,
    readlink: refuse,
    symlink: refuse,
    remove: refuse,
    http: refuse,
    facts: refuse,
  };
}
