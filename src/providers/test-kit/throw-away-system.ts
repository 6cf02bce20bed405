import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmdirSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../../operation/host.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { createNamespaceHost } from "./namespace-host.ts";

/**
 * Holds a system of its own in namespaces: this machine's files below a layer in memory that takes every change, with
 * its own processes, network, host name and mounts. `$1` is an empty folder, `$2` shell text that runs inside before it
 * is ready, `$3` the program that becomes process 1 and stays until the input ends.
 */
const HOLD = `set -e
base=$1
mount --make-rprivate /
mount -t tmpfs throw-away "$base"
mkdir "$base/changes" "$base/work" "$base/root"
mount -t overlay throw-away -o "lowerdir=/,upperdir=$base/changes,workdir=$base/work" "$base/root"
cd "$base/root"
mount -t proc proc proc
mount -t sysfs sysfs sys
for folder in tmp run dev; do mount -t tmpfs throw-away "$folder"; done
mkdir -p dev/shm dev/pts run/lock
for device in null zero full random urandom tty; do : >"dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
for link in fd stdin:0 stdout:1 stderr:2; do
  case $link in *:*) ln -s "/proc/self/fd/\${link#*:}" "dev/\${link%:*}";; *) ln -s /proc/self/fd dev/fd;; esac
done
ip link set lo up
chroot . /bin/sh -c "$2"
exec chroot . /bin/sh -c "echo ready; $3"
`;

/** Keeps the namespaces until the pipe is closed. */
const STAY = "exec cat >/dev/null";

/** Starts systemd with nothing but what tests need, and no unit of the machine. */
const BOOT_SET_UP = `
mount -t tmpfs cgroup /sys/fs/cgroup
mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
mount -t cgroup2 cgroup /sys/fs/cgroup/unified || mount -t cgroup2 cgroup /sys/fs/cgroup
rm -rf /etc/systemd/system/*
printf '[Unit]\\nDescription=Base of the tests\\nDefaultDependencies=no\\nAllowIsolate=yes\\nWants=systemd-journald.service\\nAfter=systemd-journald.service\\n' >/etc/systemd/system/trial.target
printf '[Unit]\\nDescription=Tells that it is up\\nDefaultDependencies=no\\nAfter=trial.target systemd-journald.service\\n[Service]\\nType=oneshot\\nExecStart=/bin/sh -c "echo up >/run/trial-fifo"\\n' >/etc/systemd/system/trial-up.service
mkdir -p /etc/systemd/system/trial.target.wants
ln -s /etc/systemd/system/trial-up.service /etc/systemd/system/trial.target.wants/
mkfifo /run/trial-fifo
`;
const BOOT = `(read -r line </run/trial-fifo; echo "$line") & exec env -i container=trial PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=trial.target --log-target=null --show-status=false`;

export interface ThrowAwayOptions {
  /** Shell text that runs inside before the system is ready. */
  readonly setUp?: string;
  /** Start systemd. Default false. */
  readonly isBooted?: boolean;
}

/** A system that goes away with its scope, and a host through which it is reached. */
export interface ThrowAwaySystem extends AsyncDisposable {
  readonly host: Host;
}

/** Why there can be no throw-away systems here, in the words of `context.skip`; `undefined` when there can. */
export async function noThrowAwaySystems(options: ThrowAwayOptions = {}): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root on Linux may make throw-away systems";
  if (options.isBooted === true && !existsSync("/lib/systemd/systemd")) return "missing part: systemd";
  try {
    await using system = await openThrowAwaySystem(options);
    return (await system.host.exec(["true"])).ok ? undefined : "a throw-away system cannot be entered here";
  } catch (thrown) {
    return `no throw-away systems here: ${String(thrown)}`;
  }
}

/** Opens a throw-away system. Needs root on Linux. */
export async function openThrowAwaySystem(options: ThrowAwayOptions = {}): Promise<ThrowAwaySystem> {
  const { setUp = "", isBooted = false } = options;
  const folder = mkdtempSync(join(tmpdir(), "drover-system-"));
  const script = [
    "sh",
    "-c",
    HOLD,
    "hold",
    folder,
    isBooted ? `${BOOT_SET_UP}${setUp}` : setUp || ":",
    isBooted ? BOOT : STAY,
  ];
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", ...(isBooted ? ["--cgroup"] : [])];
  const holder = spawn("unshare", [...namespaces, "--fork", "--kill-child", ...script], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" },
  });
  try {
    await untilReady(holder, isBooted ? "up\n" : "ready\n");
  } catch (thrown) {
    holder.kill("SIGKILL");
    rmdirSync(folder);
    throw thrown;
  }
  const host = createNamespaceHost({ pid: innerProcess(holder), namespaces, clock: new FakeClock() });
  return {
    host,
    async [Symbol.asyncDispose]() {
      if (holder.exitCode === null && holder.signalCode === null) {
        holder.kill("SIGKILL");
        await once(holder, "exit");
      }
      rmdirSync(folder);
    },
  };
}

function untilReady(holder: ChildProcess, word: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = "";
  let complaint = "";
  holder.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes(word)) resolve();
  });
  holder.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  holder.once("error", reject);
  holder.once("exit", () => reject(new Error(complaint.trim() || "it ended")));
  return promise;
}

/** Process 1 of the namespaces, as this machine numbers it. */
function innerProcess(holder: ChildProcess): number {
  const { pid } = holder;
  return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"), 10);
}
