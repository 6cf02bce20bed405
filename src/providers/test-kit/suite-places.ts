import { existsSync } from "node:fs";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Host } from "../../operation/host.ts";
import type { Provider } from "../../operation/provider.ts";
import { FakeHost, type FakeHostOptions } from "../../testing/fake-host.ts";
import type { ProviderCase } from "../../testing/provider-case.ts";
import { providerSuite } from "../../testing/provider-suite.ts";
import type { SuiteHost } from "../../testing/provider-trial.ts";
import {
  noThrowAwaySystems,
  openThrowAwaySystem,
  type ThrowAwayOptions,
  type ThrowAwaySystem,
} from "./throw-away-system.ts";
import { watchedTree, type WatchedState } from "./watched-tree.ts";

export type ProviderTable = readonly (readonly [Provider, readonly ProviderCase[]])[];

/** Registers the contract of providers on a fake host, whose whole tree of files is compared. */
export function testOnFakeHost(
  table: ProviderTable,
  prepare: (host: FakeHost) => void,
  options: FakeHostOptions & { readonly tree?: (host: FakeHost) => readonly (readonly [string, string])[] } = {},
): void {
  async function openHost(): Promise<SuiteHost> {
    const host = new FakeHost(options);
    host.files.makeFolders("/srv");
    prepare(host);
    return {
      host,
      folder: "/srv",
      tree: async () => {
        return new Map([...host.snapshot(), ...(options.tree?.(host) ?? [])]);
      },
      async [Symbol.asyncDispose]() {},
    };
  }
  for (const [provider, cases] of table) {
    for (const rule of providerSuite({ provider, hostName: "FakeHost", openHost, cases }))
      void test(rule.name, rule.run);
  }
}

export interface SystemPlace extends ThrowAwayOptions {
  /** Packages without which the tests are skipped, and a program of each by which it is known. */
  readonly parts: { readonly [part: string]: string };
  /** What the providers may change. */
  readonly watched: WatchedState;
  /** Shell text that runs before the watched paths are put back. */
  readonly before?: string;
  /** Shell text that brings back the first state of what `watched.paths` does not hold. */
  readonly reset?: string;
}

/** Registers the contract of providers on throw-away systems: real programs and files, which this machine never sees. */
export async function testOnThrowAwaySystem(table: ProviderTable, place: SystemPlace): Promise<void> {
  const missing = Object.entries(place.parts).find(([, program]) => !existsSync(program))?.[0];
  const why = missing === undefined ? await noThrowAwaySystems(place) : `missing part: ${missing}`;
  const pool = new SystemPool(place);
  after(() => pool.close());
  for (const [provider, cases] of table) {
    const suite = providerSuite({
      provider,
      hostName: "a throw-away system",
      openHost: () => pool.take(),
      cases,
      depth: "journey",
    });
    for (const rule of suite) {
      void test(rule.name, (context) => (why === undefined ? rule.run() : context.skip(why)));
    }
  }
}

/** Systems that tests take turns in: opening one takes longer than putting one back into its first state. */
class SystemPool {
  readonly #place: SystemPlace;
  readonly #free: ThrowAwaySystem[] = [];

  constructor(place: SystemPlace) {
    this.#place = place;
  }

  async take(): Promise<SuiteHost> {
    const system = this.#free.pop() ?? (await this.#open());
    const { host } = system;
    const { before = "", reset = "", watched } = this.#place;
    try {
      await this.#run(host, `${before}\n${RESET}\n${reset}`);
    } catch (thrown) {
      await system[Symbol.asyncDispose]();
      throw thrown;
    }
    return {
      host,
      folder: "/srv/suite",
      tree: () => watchedTree(host, { ...watched, paths: [...(watched.paths ?? []), "/srv/suite", host.stateFolder] }),
      [Symbol.asyncDispose]: async () => void this.#free.push(system),
    };
  }

  async close(): Promise<void> {
    for (const system of this.#free.splice(0)) await system[Symbol.asyncDispose]();
  }

  async #open(): Promise<ThrowAwaySystem> {
    const system = await openThrowAwaySystem(this.#place);
    await this.#run(system.host, SAVE);
    return system;
  }

  async #run(host: Host, script: string): Promise<void> {
    const ran = await host.exec(["sh", "-ec", script, "sh", ...(this.#place.watched.paths ?? [])]);
    assert.ok(ran.ok && ran.value.exitCode === 0, ran.ok ? ran.value.stderr : ran.error.message);
  }
}

const SAVE = `mkdir /tmp/saved; for path do [ -e "$path" ] || [ -L "$path" ] || continue
mkdir -p "/tmp/saved/\${path%/*}"; cp -a "$path" "/tmp/saved$path"; done`;
const RESET = `rm -rf /srv/suite /srv/suite-canary /CANARY /var/lib/drover "$@"; mkdir -p /srv/suite
cd /tmp/saved; for path do [ -e "./$path" ] || [ -L "./$path" ] || continue; mkdir -p "/\${path%/*}"; cp -a "./$path" "$path"; done`;
