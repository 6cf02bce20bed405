import assert from "node:assert/strict";
import { test } from "node:test";
import { composeFacts, parseMeminfo, parseMounts, parseOsRelease, type FactSources } from "./compose-facts.ts";

const SOURCES: FactSources = {
  hostname: "web-1",
  system: "Linux",
  machine: "x86_64",
  kernel: "6.1.0",
  cpuCount: 4,
  osRelease: 'ID=debian\nVERSION_ID="12"\n',
  hosts: "127.0.0.1 localhost\n10.0.0.5 web-1.example.org web-1 # main\n",
  cgroup: "0::/\n",
  memory: { totalBytes: 10, availableBytes: 5 },
  load: { one: 1, five: 2, fifteen: 3 },
  uptimeSeconds: 60,
  disks: [],
  interfaces: [],
  markers: new Set(["/run/systemd/system", "/usr/bin/apt-get"]),
};

function compose(sources: Partial<FactSources>): ReturnType<typeof composeFacts> {
  return composeFacts({ ...SOURCES, ...sources }, { labels: {}, custom: {} });
}

test("given a machine, when composed, then names, managers and architecture are those people use", () => {
  const facts = compose({});
  assert.equal(facts.fqdn, "web-1.example.org");
  assert.equal(facts.architecture, "x64");
  assert.deepEqual([facts.serviceManager, facts.packageManager, facts.isContainer], ["systemd", "apt", false]);
  assert.equal(compose({ hosts: "" }).fqdn, "web-1");
  assert.equal(compose({ machine: "aarch64" }).architecture, "arm64");
});

test("given distributions, when composed, then their family decides which providers apply", () => {
  const familyOf = (osRelease: string): string => compose({ osRelease }).os.family;
  assert.equal(familyOf("ID=ubuntu\nID_LIKE=debian"), "debian");
  assert.equal(familyOf('ID="rhel"'), "redhat");
  assert.equal(familyOf('ID=ol\nID_LIKE="fedora"'), "redhat");
  assert.equal(familyOf("ID=alpine"), "alpine");
  assert.equal(familyOf("ID=opensuse-leap\nID_LIKE='suse opensuse'"), "suse");
  assert.equal(familyOf(""), "linux");
  assert.deepEqual(compose({ system: "Darwin", kernel: "24.1" }).os, {
    family: "darwin",
    distribution: "macos",
    version: "24.1",
  });
});

test("given marks of containers, when composed, then it is one", () => {
  assert.ok(compose({ markers: new Set(["/.dockerenv"]) }).isContainer);
  assert.ok(compose({ cgroup: "0::/system.slice/docker-abc.scope\n" }).isContainer);
});

test("given quoted and hostile lines, when os-release is read, then values are plain text", () => {
  const fields = parseOsRelease('ID="a b"\nX=\'$(id)\'\nY="q\\"q"\n#Z=1\nbad line\n__proto__=x\n');
  assert.deepEqual(
    [...fields],
    [
      ["ID", "a b"],
      ["X", "$(id)"],
      ["Y", 'q"q'],
    ],
  );
});

test("given an old kernel, when memory is read, then free and cached memory stand for what is available", () => {
  const text = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 30 kB\n";
  assert.deepEqual(parseMeminfo(text), { totalBytes: 1_024_000, availableBytes: 153_600 });
  assert.deepEqual(parseMeminfo(`${text}MemAvailable: 400 kB\n`).availableBytes, 409_600);
  assert.deepEqual(parseMeminfo(""), { totalBytes: 0, availableBytes: 0 });
});

test("given mounts of all kinds, when read, then each device counts once and network mounts not at all", () => {
  const text = [
    "overlay / overlay rw 0 0",
    "proc /proc proc rw 0 0",
    "/dev/sda1 /boot ext4 rw 0 0",
    "/dev/sda1 /boot/again ext4 rw 0 0",
    "/dev/sdb1 /my\\040disk xfs rw 0 0",
    "/dev/loop3 /snap/x squashfs ro 0 0",
    "server:/export /mnt nfs rw 0 0",
  ].join("\n");
  assert.deepEqual(parseMounts(text), ["/", "/boot", "/my disk"]);
});
