import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";

/** Makes the mounts, says so, and stays for as long as its input is open. */
const HOLDER = 'mount -t tmpfs -o "size=$2" none "$1" && echo mounted && read -r end';

/** A small disk in memory, over a folder, in a mount namespace that only programs started through it see. */
export class PrivateDisk {
  readonly #holder: ChildProcess;
  readonly #folder: string;

  private constructor(holder: ChildProcess, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  /** Skips the test where nothing can be mounted. @param size as `mount` takes it: `1m` */
  static async open(context: TestContext, folder: string, size: string): Promise<PrivateDisk | undefined> {
    const can = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"]).status === 0;
    if (!can) {
      context.skip("mounting needs root");
      return undefined;
    }
    const holder = spawn("unshare", ["-m", "sh", "-c", HOLDER, "drover-disk", folder, size], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    context.after(() => holder.kill("SIGKILL"));
    assert.ok(holder.stdout !== null);
    await once(holder.stdout, "data");
    return new PrivateDisk(holder, folder);
  }

  /** Words before a command that is to see the disk. */
  get through(): readonly string[] {
    return ["nsenter", "-t", String(this.#holder.pid), "-m", "--"];
  }

  /** @param options as `mount -o remount,…` takes them: `size=64m`, `ro`, `rw` */
  remount(options: string): void {
    const [, ...words] = [...this.through, "mount", "-o", `remount,${options}`, this.#folder];
    const { status, stderr } = spawnSync("nsenter", words, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  }
}
