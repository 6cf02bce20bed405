import type { FakeExecAnswer, FakeHost } from "../../testing/fake-host.ts";

const LOADED_RULES = "/run/fake-nftables";
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** Gives a fake host what the operations on its system work with: a kernel, a trust store, a network, a clock. */
export function giveKernel(host: FakeHost): void {
  host.putFile("/proc/sys/kernel/hostname", "before\n");
  host.putFile("/proc/sys/net/ipv4/ip_forward", "0\n");
  host.putFile("/etc/hostname", "before\n");
  host.putFile("/etc/resolv.conf", "# by hand\noptions edns0\nnameserver 192.0.2.1\n");
  host.putFile("/etc/timezone", "Etc/UTC\n");
  for (const zone of ["Etc/UTC", "Europe/Berlin"]) host.putFile(`/usr/share/zoneinfo/${zone}`, zone);
  void host.symlink("/usr/share/zoneinfo/Etc/UTC", "/etc/localtime");
  host.putFile(BUNDLE, "");
  host.files.makeFolders("/run");
  host.onExec((argv) => answer(host, argv));
}

function answer(host: FakeHost, argv: readonly string[]): FakeExecAnswer | undefined {
  const [program = "", ...words] = argv;
  switch (program) {
    case "hostname":
      host.putFile("/proc/sys/kernel/hostname", `${words[0]}\n`);
      return {};
    case "sysctl": {
      const [key = "", value = ""] = words.at(-1)?.split("=") ?? [];
      if (value === "refused") return { exitCode: 255, stderr: `sysctl: setting key "${key}": Invalid argument\n` };
      host.putFile(`/proc/sys/${key.replaceAll(".", "/")}`, `${value}\n`);
      return {};
    }
    case "update-ca-certificates":
      host.putFile(BUNDLE, [...certificates(host)].join(""));
      return {};
    case "nft":
      return nftables(host, words);
    case "ip":
      return { stdout: words.includes("route") ? ROUTES : LINKS };
    case "ping":
      return {
        stdout:
          "3 packets transmitted, 3 received, 0% packet loss, time 2003ms\nrtt min/avg/max/mdev = 0.1/0.2/0.3/0.1 ms\n",
      };
    case "date":
      return { stdout: "+0100\n" };
    case "networkctl":
    case "systemctl":
      return {};
    default:
      return undefined;
  }
}

function* certificates(host: FakeHost): Generator<string> {
  for (const [path] of host.snapshot()) {
    if (path.startsWith("/usr/local/share/ca-certificates/") && path.endsWith(".crt")) yield host.text(path) ?? "";
  }
}

function nftables(host: FakeHost, words: readonly string[]): FakeExecAnswer {
  if (words[0] === "list") {
    const text = host.text(LOADED_RULES);
    return text === undefined ? { exitCode: 1, stderr: "Error: No such file or directory\n" } : { stdout: text };
  }
  if (words[0] === "-f") host.putFile(LOADED_RULES, host.text(words[1] ?? "") ?? "");
  else void host.files.remove(LOADED_RULES);
  return {};
}

const LINKS = JSON.stringify([
  {
    ifname: "eth0",
    operstate: "UP",
    address: "02:00:00:00:00:01",
    mtu: 1500,
    addr_info: [{ family: "inet", local: "192.0.2.10", prefixlen: 24 }],
  },
]);
const ROUTES = JSON.stringify([{ dst: "default", gateway: "192.0.2.1", dev: "eth0", metric: 100 }]);
