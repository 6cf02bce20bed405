import assert from "node:assert/strict";
import { test } from "node:test";
import { codedError } from "../../src/base/coded-error.ts";
import { err } from "../../src/base/result.ts";
import { createExecutor } from "../../src/execute/executor.ts";
import { createMemoryPreImageStore } from "../../src/execute/pre-image-store.ts";
import type { Fleet } from "../../src/fleet/fleet.ts";
import { matchTarget } from "../../src/fleet/match-target.ts";
import { ops } from "../../src/operation/ops.ts";
import type { OperationCall } from "../../src/operation/call.ts";
import type { Host } from "../../src/operation/host.ts";
import { memoryContentStore } from "../../src/operation/memory-content-store.ts";
import { Plan } from "../../src/library/plan.ts";
import { PACKAGE_REPOSITORY } from "../../src/providers/test-kit/package-repository.ts";
import { noThrowAwaySystems, openThrowAwaySystem } from "../../src/providers/test-kit/throw-away-system.ts";
import { watchedTree } from "../../src/providers/test-kit/watched-tree.ts";
import { builtinProviders } from "../../src/providers/registry.ts";
import { systemClock } from "../../src/runner/system.ts";

const SET_UP = `${PACKAGE_REPOSITORY}
mkdir -p /srv/source/app && echo main >/srv/source/app/main && tar -cf /srv/app.tar -C /srv/source app`;
const UNIT =
  "[Unit]\nDescription=A unit\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=trial.target\n";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJvdGF0ZSBtZSBvZnRlbiwgSSBhbSBhbiBleGFtcGxl";

/** A fleet of one host that was opened elsewhere. */
function fleetOf(host: Host): Fleet {
  const listed = [{ name: host.name, labels: {} }];
  const executor = createExecutor({
    providers: builtinProviders(),
    hostFor: (name) => (name === host.name ? host : undefined),
    contents: memoryContentStore(),
    preImages: createMemoryPreImageStore(),
    clock: systemClock,
  });
  return {
    isDurable: false,
    hosts: () => listed,
    resolve: (target) => matchTarget(target, listed),
    facts: (name, options) =>
      name === host.name
        ? host.facts(options)
        : Promise.resolve(err(codedError("DRV_FLEET_UNKNOWN_HOST", `Cannot read facts of "${name}"`))),
    dispatch: (job, options) => executor.execute(job, options),
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

/** Sixty tasks over more than twenty domains; all but the reads change something on a fresh host. */
function tasks(): readonly OperationCall[] {
  const numbers = [1, 2, 3];
  return [
    ...numbers.map((n) => ops.group.ensure({ name: `team${n}`, gid: 3000 + n })),
    ...numbers.map((n) =>
      ops.user.ensure({ name: `worker${n}`, uid: 4000 + n, groups: [`team${n}`], shell: "/bin/sh" }),
    ),
    ...numbers.map((n) => ops.sshKey.ensure({ user: `worker${n}`, key: KEY })),
    ...numbers.map((n) => ops.file.directory({ path: `/srv/app${n}`, owner: `worker${n}`, mode: "0750" })),
    ...numbers.map((n) =>
      ops.file.deploy({ path: `/srv/app${n}/main.conf`, content: `port=${n}\n`, owner: `worker${n}` }),
    ),
    ...numbers.map((n) => ops.file.line({ path: "/etc/profile", line: `# site ${n}` })),
    ...numbers.map((n) => ops.file.symlink({ path: `/srv/app${n}/current`, target: "main.conf" })),
    ...numbers.map((n) =>
      ops.cron.ensure({ name: `job${n}`, schedule: `${n} 2 * * *`, command: "true", user: `worker${n}` }),
    ),
    ops.cron.ensure({ name: "clean", interval: "daily", script: "#!/bin/sh\ntrue\n" }),
    ops.sysctl.ensure({ key: "net.ipv4.ip_forward", value: 1 }),
    ops.sysctl.ensure({ key: "net.ipv4.conf.all.rp_filter", value: 2 }),
    ops.hostname.ensure({ hostname: "web-1" }),
    ops.timezone.ensure({ timezone: "Europe/Berlin" }),
    ops.ntp.ensure({ servers: ["time.example.org"] }),
    ops.network.dnsUpdate({ servers: ["192.0.2.53"] }),
    ...numbers.map((n) => ops.network.interfaceEnsure({ name: `lan${n}`, addresses: [`192.0.2.${n}/24`] })),
    ops.network.routeEnsure({ name: "lan1", routes: [{ to: "198.51.100.0/24", via: "192.0.2.254" }] }),
    ...numbers.map((n) => ops.firewall.rule({ name: `web${n}`, action: "accept", protocol: "tcp", ports: [8000 + n] })),
    ...numbers.map((n) =>
      ops.archive.extract({ archive: "/srv/app.tar", path: `/srv/release${n}`, stripComponents: 1 }),
    ),
    ops.service.ensure({ name: "worker", unit: UNIT, isRunning: true, isEnabled: true }),
    ops.service.ensure({ name: "helper", unit: UNIT }),
    ops.service.start({ name: "helper" }),
    ops.service.enable({ name: "helper" }),
    ops.package.ensure({ name: "sample", version: "1.0" }),
    ops.command.exec({ command: "touch", args: ["/srv/touched"], creates: "/srv/touched" }),
    ops.command.shell({ script: 'echo "$1" >/srv/said', args: ["yes"], creates: "/srv/said" }),
    ops.script.run({ script: "touch /srv/scripted", creates: "/srv/scripted" }),
    ops.health.check({ command: ["systemctl", "is-active", "worker"] }),
    ops.process.list(),
    ops.log.query({ unit: "worker", lines: 5 }),
    ops.node.statusGet(),
    ops.node.osGet(),
    ops.cron.list(),
    ops.package.get({ name: "sample" }),
    ops.user.list(),
    ops.service.get({ name: "worker" }),
    ops.network.interfaceList(),
    ops.firewall.list(),
  ];
}

/** The file of a command: what commands do, only their author can undo. */
function madeBy({ operation, params }: OperationCall): string | undefined {
  if (!/^(command|script)\./.test(operation)) return undefined;
  const creates = typeof params === "object" && params !== null && "creates" in params ? params["creates"] : undefined;
  return typeof creates === "string" ? creates : undefined;
}

const READS = /^(health|process|log|node|.*\.(get|list))/;
function planOf(fleet: Fleet, more: readonly OperationCall[] = []) {
  const plan = new Plan("sixty", { fleet, target: "throw-away" });
  const all = [...tasks(), ...more];
  all.reduce<ReturnType<Plan["task"]> | undefined>((before, call, index) => {
    const made = madeBy(call);
    const undo = made === undefined ? {} : { undo: ops.command.exec({ command: "rm", args: ["-f", made] }) };
    const task = plan.task(`${index} ${call.operation}`, call, undo);
    return before === undefined ? task : task.dependsOn(before);
  }, undefined);
  return plan;
}

function stateOf(host: Host) {
  return watchedTree(host, {
    paths: ["/etc", "/home", "/srv", "/var/mail", "/var/spool/cron"],
    commands: [["hostname"], ["nft", "list", "ruleset"], ["cat", "/proc/sys/net/ipv4/ip_forward"]],
    // Backups and caches that tools of the system keep for themselves.
    isIgnored: (path) => /-$|\.lock$|^\/etc\/\.pwd|^\/etc\/ld\.so\.cache/.test(path),
  });
}

test("given sixty tasks over twenty domains, when they run twice and are undone, then nothing is left and nothing done twice", async (context) => {
  const why = await noThrowAwaySystems({ isBooted: true });
  if (why !== undefined) return context.skip(why);
  await using system = await openThrowAwaySystem({ isBooted: true, setUp: SET_UP });
  await using fleet = fleetOf(system.host);
  const calls = tasks();
  assert.equal(calls.length, 60);
  assert.ok(
    new Set(
      calls.map(({ operation }) =>
        operation
          .split(".")
          .slice(0, operation.startsWith("network") ? 2 : 1)
          .join("."),
      ),
    ).size >= 20,
  );

  const before = await stateOf(system.host);
  const failing = planOf(fleet, [ops.health.check({ command: ["false"], timeout: 20, interval: 10 })]);
  const undone = await failing.run({ rollback: "onFailure" });
  assert.equal(undone.view.verdict, "rolledBack");
  const after = await stateOf(system.host);
  for (const path of new Set([...before.keys(), ...after.keys()]))
    assert.equal(after.get(path), before.get(path), path);

  const writes = calls.filter(({ operation }) => !READS.test(operation)).length;
  const first = await planOf(fleet).run();
  assert.equal(first.view.counts.changed, writes);
  const startedMs = systemClock.monotonicMs();
  const second = await planOf(fleet).run();
  context.diagnostic(
    `${before.size} paths and outputs compared; second run: ${Math.round(systemClock.monotonicMs() - startedMs)} ms`,
  );
  const moved = calls.flatMap((_, index) => {
    const { name, status, changes } = second.view.task(index);
    return status === "unchanged" ? [] : [{ name, status, changes }];
  });
  assert.deepEqual(moved, [], "A second run changes nothing");
});
