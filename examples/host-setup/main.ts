// The system of a host: its name, time zone, schedules, kernel settings and release, made true twice and taken back.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { localFleet, ops, Plan } from "drover";

// A folder plays the host: operations that only write files of the system work there as on a machine.
using folder = mkdtempDisposableSync("/tmp/drover-host-");
await using fleet = localFleet({ hosts: [{ name: "web1", root: folder.path }] });
mkdirSync(`${folder.path}/etc`);
mkdirSync(`${folder.path}/usr/share/zoneinfo/Europe`, { recursive: true });
writeFileSync(`${folder.path}/etc/os-release`, "ID=debian\nVERSION_ID=12\n");
writeFileSync(`${folder.path}/usr/share/zoneinfo/Europe/Berlin`, "");

const setup = new Plan("set up", { fleet, target: "web1" });
setup.task("name", ops.hostname.ensure({ hostname: "web-1" }));
setup.task("zone", ops.timezone.ensure({ timezone: "Europe/Berlin" }));
setup.task("forwarding", ops.sysctl.ensure({ key: "net.ipv4.ip_forward", value: 1 }));
setup.task("backup", ops.cron.ensure({ name: "backup", schedule: "30 2 * * *", command: "/usr/local/bin/backup" }));
setup.task("time", ops.ntp.ensure({ servers: ["0.debian.pool.ntp.org"] }));
setup.task("resolver", ops.network.dnsUpdate({ servers: ["192.0.2.53"], searchDomains: ["example.org"] }));
setup.task("uplink", ops.network.interfaceEnsure({ name: "eth1", addresses: ["192.0.2.10/24"] }));

const first = await setup.run();
assert.equal(first.view.counts.changed, 7);
assert.equal(readFileSync(`${folder.path}/etc/hostname`, "utf8"), "web-1\n");
const second = await setup.run();
assert.equal(second.view.counts.unchanged, 7);

// A release comes as an archive. One that would write elsewhere is refused before anything is written.
await using machine = localFleet();
using work = mkdtempDisposableSync("/tmp/drover-release-");
mkdirSync(`${work.path}/app-42`);
writeFileSync(`${work.path}/app-42/main`, "#!/bin/sh\n");
execFileSync("tar", ["-cf", `${work.path}/good.tar`, "-C", work.path, "app-42"]);
execFileSync("tar", ["-cPf", `${work.path}/bad.tar`, "--transform=s,^,../,", "-C", work.path, "app-42"]);

const release = new Plan("release", { fleet: machine, target: "_any" });
release.task(
  "unpack",
  ops.archive.extract({ archive: `${work.path}/good.tar`, path: `${work.path}/current`, stripComponents: 1 }),
);
assert.equal((await release.run()).view.counts.changed, 1);
assert.ok(existsSync(`${work.path}/current/main`));

const attack = new Plan("attack", { fleet: machine, target: "_any" });
const unpack = attack.task(
  "unpack",
  ops.archive.extract({ archive: `${work.path}/bad.tar`, path: `${work.path}/other` }),
);
const refused = await attack.run();
assert.equal(refused.result(unpack)?.hostResults[0]?.error?.code, "DRV_ARCHIVE_UNSAFE");
assert.ok(!existsSync(`${work.path}/other`));

// Where something is not there, it is said, not failed: this folder has no package manager and no systemd.
const services = new Plan("services", { fleet, target: "web1" });
const nginx = services.task("nginx", ops.service.ensure({ name: "nginx", isRunning: true }));
const skipped = await services.run();
console.log(skipped.result(nginx)?.hostResults[0]?.reason);
assert.equal(skipped.view.counts.skipped, 1);
