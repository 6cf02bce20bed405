import type { CodedError } from "../base/coded-error.ts";
import { err } from "../base/result.ts";
import type { Host } from "../operation/host.ts";

export interface FaultyHostOptions {
  /** Which call is hit, from 1; a batch counts as one call. */
  readonly atCall: number;
  /** Called when it is reached, before the call does anything; an error becomes the answer of that call. */
  readonly hit: () => CodedError | undefined;
}

/** A host of which one call fails or is interrupted. */
export interface FaultyHost {
  readonly host: Host;
  /** Whether the call was reached. */
  readonly isHit: () => boolean;
}

/** Wraps a host so that something happens at its n-th call; everything else goes to that host. */
export function faultyHost(host: Host, options: FaultyHostOptions): FaultyHost {
  let callCount = 0;
  function next(): CodedError | undefined {
    callCount++;
    return callCount === options.atCall ? options.hit() : undefined;
  }
  async function through<T>(call: () => Promise<T>) {
    const error = next();
    return error === undefined ? await call() : err(error);
  }
  const wrapped: Host = {
    name: host.name,
    stateFolder: host.stateFolder,
    exec: (argv, given) => through(() => host.exec(argv, given)),
    async batch(calls, given) {
      const error = next();
      return error === undefined ? await host.batch(calls, given) : calls.map(() => err(error));
    },
    readFile: (path, given) => through(() => host.readFile(path, given)),
    writeFile: (path, content, given) => through(() => host.writeFile(path, content, given)),
    stat: (path, given) => through(() => host.stat(path, given)),
    list: (path, given) => through(() => host.list(path, given)),
    mkdir: (path, given) => through(() => host.mkdir(path, given)),
    chmod: (path, mode, given) => through(() => host.chmod(path, mode, given)),
    chown: (path, owner, given) => through(() => host.chown(path, owner, given)),
    rename: (from, to, given) => through(() => host.rename(from, to, given)),
    readlink: (path, given) => through(() => host.readlink(path, given)),
    symlink: (target, path, given) => through(() => host.symlink(target, path, given)),
    remove: (path, given) => through(() => host.remove(path, given)),
    http: (request, given) => through(() => host.http(request, given)),
    facts: (given) => through(() => host.facts(given)),
  };
  return { host: wrapped, isHit: () => callCount >= options.atCall };
}
