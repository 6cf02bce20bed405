import { composeFacts } from "../../host/compose-facts.ts";
import { CachedFacts } from "../../host/cached-facts.ts";
import { answerCall } from "../../host/answer-call.ts";
import { LocalAccounts } from "../../host/accounts.ts";
import { LocalFiles } from "../../host/local-files.ts";
import { gatherLocalFacts } from "../../host/local-facts.ts";
import { createLocalHost } from "../../host/local-host.ts";
import { hostError } from "../../host/host-error.ts";
import { execAction } from "../../host/command-line.ts";
import { err, ok } from "../../base/result.ts";
import type { Clock } from "../../base/clock.ts";
import type { Host } from "../../operation/host.ts";

export interface NamespaceHostOptions {
  /** Process whose namespaces and root are those of the host. */
  readonly pid: number;
  /** Kinds of namespaces as options of nsenter: `--mount`, `--pid`. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
}

/** A host that is the namespaces of a process: its files are reached through `/proc`, its programs run inside. */
export function createNamespaceHost({ pid, namespaces, clock }: NamespaceHostOptions): Host {
  const root = `/proc/${pid}/root`;
  const files = new LocalFiles(root, new LocalAccounts(root));
  const machine = createLocalHost({ clock, stateFolder: "/var/lib/drover" });
  const enter = ["nsenter", "--target", String(pid), ...namespaces, "--root"];
  const exec: Host["exec"] = async (argv, options = {}) => {
    const { cwd = "/", ...given } = options;
    const ran = await machine.exec([...enter, `--wdns=${cwd}`, ...argv], given);
    if (!ran.ok || ran.value.exitCode !== 127 || !ran.value.stderr.startsWith("nsenter: failed to execute")) return ran;
    return err(hostError("DRV_HOST_COMMAND_NOT_FOUND", execAction(argv), "the program does not exist"));
  };
  // What the kernel says about a network or a name depends on who reads.
  const readKernelFile = async (path: string): ReturnType<Host["readFile"]> => {
    const read = await exec(["cat", "--", path]);
    if (!read.ok) return read;
    if (read.value.exitCode === 0) return ok(new TextEncoder().encode(read.value.stdout));
    return err(hostError("DRV_HOST_FILE_NOT_FOUND", { verb: "read file", subject: path }, read.value.stderr.trim()));
  };
  const facts = new CachedFacts(clock, async () =>
    ok(composeFacts(await gatherLocalFacts(root), { labels: {}, custom: {} })),
  );
  const host: Host = {
    name: "throw-away",
    stateFolder: "/var/lib/drover",
    exec,
    batch: (calls, options = {}) => Promise.all(calls.map((call) => answerCall(host, call, options))),
    readFile: (path, options = {}) =>
      path.startsWith("/proc/") ? readKernelFile(path) : files.readFile(path, options),
    writeFile: files.writeFile.bind(files),
    stat: files.stat.bind(files),
    list: files.list.bind(files),
    mkdir: files.mkdir.bind(files),
    chmod: files.chmod.bind(files),
    chown: files.chown.bind(files),
    rename: files.rename.bind(files),
    readlink: files.readlink.bind(files),
    symlink: files.symlink.bind(files),
    remove: files.remove.bind(files),
    // From the network of this machine: tests of requests need a server that they can start.
    http: (request, options) => machine.http(request, options),
    facts: (options = {}) => facts.read(options),
  };
  return host;
}
