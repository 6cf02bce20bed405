import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../base/json.ts";
import type { Provider } from "../operation/provider.ts";
import { memoryContentStore } from "../operation/memory-content-store.ts";
import { FakeHost } from "../testing/fake-host.ts";
import { runProvider } from "../testing/provider-attempt.ts";
import type { SuiteHost } from "../testing/provider-trial.ts";
import { tokenOf } from "../testing/trial-executor.ts";
import {
  certificateDeleteProvider,
  certificateEnsureProvider,
  certificateListProvider,
} from "./certificate/certificate.ts";
import { ntpDeleteProvider, ntpEnsureProvider, ntpGetProvider, parseTracking } from "./clock/ntp.ts";
import { timezoneEnsureProvider, timezoneGetProvider } from "./clock/timezone.ts";
import { cronDeleteProvider, cronEnsureProvider, cronGetProvider, cronListProvider } from "./cron/cron.ts";
import { firewallListProvider, firewallRuleProvider } from "./firewall/firewall.ts";
import { hostnameEnsureProvider } from "./hostname/hostname.ts";
import { networkDnsDeleteProvider, networkDnsGetProvider, networkDnsUpdateProvider } from "./network/dns.ts";
import {
  networkInterfaceDeleteProvider,
  networkInterfaceEnsureProvider,
  networkInterfaceListProvider,
} from "./network/interface.ts";
import { networkPingProvider, parsePing } from "./network/ping.ts";
import { networkRouteDeleteProvider, networkRouteEnsureProvider, networkRouteListProvider } from "./network/route.ts";
import { sysctlDeleteProvider, sysctlEnsureProvider, sysctlGetProvider, sysctlListProvider } from "./sysctl/sysctl.ts";
import { giveKernel } from "./test-kit/fake-kernel.ts";
import { testOnFakeHost, testOnThrowAwaySystem, type ProviderTable } from "./test-kit/suite-places.ts";

/** Made for these tests; nobody has its key. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUN9yCNxwcVieIuV6iKOR40Oo67VgwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKVHJpYWwgUm9vdDAeFw0yNjExMjkxNDQ1MzlaFw00NjExMjQx
NDQ1MzlaMBUxEzARBgNVBAMMClRyaWFsIFJvb3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASG6fao4apmKKYHLL2EPFfis5JjHKgHzUJXS7mnYKQ41DjMm5LVJ77d
8jADOO3YSCXxSwS53lm+D/HGcTwiyiMSo1MwUTAdBgNVHQ4EFgQUSifHOpbQgc4d
y1K4Yf+NjbZihzYwHwYDVR0jBBgwFoAUSifHOpbQgc4dy1K4Yf+NjbZihzYwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA9jvPlQA92XdiqoRaX2IZ
GEmdywYW7potGVdu9vvSR8ECIQC9qZCGiyiCRki7/EmtmAorlay5QlTkFvQZtGFY
Y1eAyg==
-----END CERTIFICATE-----
`;

/** Brings the host into a state by the provider itself, through other parameters. */
function after(provider: Provider, params: JsonValue) {
  return async ({ host }: SuiteHost): Promise<void> => {
    const attempt = await runProvider(provider, {
      host,
      params,
      contents: memoryContentStore(),
      token: tokenOf("prepare"),
    });
    assert.equal(attempt.status, "changed", attempt.error?.error.message);
  };
}

const DAILY = { name: "backup", schedule: "30 2 * * *", command: "/usr/local/bin/backup" };
const FORWARD = { key: "net.ipv4.ip_forward", value: 1 };
const WEB = { name: "web", action: "accept", protocol: "tcp", ports: [80, "8000-8010"], source: "192.0.2.0/24" };
const ETHERNET = { name: "eth7", addresses: ["192.0.2.10/24", "2001:db8::10/64"], gateway4: "192.0.2.1", mtu: 1400 };
const ROUTES = { name: "eth7", routes: [{ to: "198.51.100.0/24", via: "192.0.2.1", metric: 50 }] };

const TABLE: ProviderTable = [
  [
    cronEnsureProvider,
    [
      {
        name: "no such entry",
        params: () => ({ ...DAILY, environment: { MAILTO: "ops@example.org" } }),
        hostile: (text) => ({ ...DAILY, name: text, command: text }),
      },
      {
        name: "another schedule",
        prepare: after(cronEnsureProvider, DAILY),
        params: () => ({ ...DAILY, schedule: "@daily", command: "date +%F" }),
        hostile: (text) => ({ ...DAILY, schedule: text }),
      },
      {
        name: "an entry that becomes a script",
        prepare: after(cronEnsureProvider, DAILY),
        params: () => ({ name: "backup", interval: "daily", script: "#!/bin/sh\ntrue\n" }),
      },
    ],
  ],
  [
    cronDeleteProvider,
    [
      { name: "an entry", prepare: after(cronEnsureProvider, DAILY), params: () => ({ name: "backup" }) },
      { name: "no entry", params: () => ({ name: "backup" }), isUnchanged: true },
    ],
  ],
  [
    cronGetProvider,
    [{ name: "an entry", prepare: after(cronEnsureProvider, DAILY), params: () => ({ name: "backup" }) }],
  ],
  [cronListProvider, [{ name: "any host", params: () => ({}) }]],
  [
    sysctlEnsureProvider,
    [
      { name: "another value", params: () => FORWARD, hostile: (text) => ({ key: text, value: text }) },
      {
        name: "only the value at boot missing",
        prepare: after(sysctlEnsureProvider, { ...FORWARD, isLive: false }),
        params: () => FORWARD,
        hostile: (text) => ({ ...FORWARD, isLive: false, value: text }),
      },
    ],
  ],
  [
    sysctlDeleteProvider,
    [{ name: "a setting", prepare: after(sysctlEnsureProvider, FORWARD), params: () => ({ key: FORWARD.key }) }],
  ],
  [sysctlGetProvider, [{ name: "a parameter", params: () => ({ key: FORWARD.key }) }]],
  [sysctlListProvider, [{ name: "a setting", prepare: after(sysctlEnsureProvider, FORWARD), params: () => ({}) }]],
  [
    hostnameEnsureProvider,
    [{ name: "another name", params: () => ({ hostname: "web-1" }), hostile: (text) => ({ hostname: text }) }],
  ],
  [
    timezoneEnsureProvider,
    [{ name: "another zone", params: () => ({ timezone: "Europe/Berlin" }), hostile: (text) => ({ timezone: text }) }],
  ],
  [timezoneGetProvider, [{ name: "any host", params: () => ({}) }]],
  [
    ntpEnsureProvider,
    [
      {
        name: "no servers",
        params: () => ({ servers: ["time.example.org", "192.0.2.123"] }),
        hostile: (text) => ({ servers: [text] }),
      },
      {
        name: "other servers",
        prepare: after(ntpEnsureProvider, { servers: ["old.example.org"] }),
        params: () => ({ servers: ["time.example.org"] }),
      },
    ],
  ],
  [
    ntpDeleteProvider,
    [{ name: "servers", prepare: after(ntpEnsureProvider, { servers: ["a.example.org"] }), params: () => ({}) }],
  ],
  [
    ntpGetProvider,
    [{ name: "servers", prepare: after(ntpEnsureProvider, { servers: ["a.example.org"] }), params: () => ({}) }],
  ],
  [
    networkDnsUpdateProvider,
    [
      {
        name: "other servers",
        params: () => ({ servers: ["192.0.2.53", "2001:db8::53"], searchDomains: ["example.org"] }),
        hostile: (text) => ({ servers: ["192.0.2.53"], searchDomains: [text] }),
      },
    ],
  ],
  [networkDnsDeleteProvider, [{ name: "nothing set", params: () => ({}), isUnchanged: true }]],
  [networkDnsGetProvider, [{ name: "any host", params: () => ({}) }]],
  [networkInterfaceListProvider, [{ name: "any host", params: () => ({}) }]],
  [
    networkInterfaceEnsureProvider,
    [
      { name: "no settings", params: () => ETHERNET, hostile: (text) => ({ ...ETHERNET, name: text }) },
      {
        name: "other settings",
        prepare: after(networkInterfaceEnsureProvider, ETHERNET),
        params: () => ({ name: "eth7", dhcp4: true }),
      },
    ],
  ],
  [
    networkInterfaceDeleteProvider,
    [{ name: "settings", prepare: after(networkInterfaceEnsureProvider, ETHERNET), params: () => ({ name: "eth7" }) }],
  ],
  [networkRouteListProvider, [{ name: "any host", params: () => ({}) }]],
  [
    networkRouteEnsureProvider,
    [
      {
        name: "no routes",
        params: () => ROUTES,
        hostile: (text) => ({ name: text, routes: [{ to: text, via: text }] }),
      },
      {
        name: "settings of the interface",
        prepare: after(networkInterfaceEnsureProvider, ETHERNET),
        params: () => ROUTES,
      },
    ],
  ],
  [
    networkRouteDeleteProvider,
    [{ name: "routes", prepare: after(networkRouteEnsureProvider, ROUTES), params: () => ({ name: "eth7" }) }],
  ],
  [
    firewallRuleProvider,
    [
      { name: "no such rule", params: () => WEB, hostile: (text) => ({ ...WEB, name: text, interface: text }) },
      {
        name: "the rule with other ports",
        prepare: after(firewallRuleProvider, WEB),
        params: () => ({ ...WEB, ports: [443], interface: "eth0" }),
      },
      {
        name: "a rule that must go",
        prepare: after(firewallRuleProvider, WEB),
        params: () => ({ name: "web", state: "absent" }),
      },
      { name: "a rule that is gone", params: () => ({ name: "web", state: "absent" }), isUnchanged: true },
    ],
  ],
  [firewallListProvider, [{ name: "a rule", prepare: after(firewallRuleProvider, WEB), params: () => ({}) }]],
  [
    networkPingProvider,
    [{ name: "a host that answers", params: () => ({ address: "127.0.0.1", count: 1, timeout: "1s" }) }],
  ],
];

const CERTIFICATES: ProviderTable = [
  [
    certificateEnsureProvider,
    [
      {
        name: "no such certificate",
        params: () => ({ name: "corporate", certificate: CERTIFICATE }),
        hostile: (text) => ({ name: text, certificate: text }),
      },
    ],
  ],
  [
    certificateDeleteProvider,
    [
      {
        name: "a certificate",
        prepare: after(certificateEnsureProvider, { name: "corporate", certificate: CERTIFICATE }),
        params: () => ({ name: "corporate" }),
      },
    ],
  ],
  [certificateListProvider, [{ name: "any host", params: () => ({}) }]],
];

testOnFakeHost([...TABLE, ...CERTIFICATES], giveKernel);
const NETPLAN = TABLE.filter(([provider]) => /interface|route/.test(provider.spec.name));
testOnFakeHost(
  NETPLAN,
  (host) => {
    giveKernel(host);
    host.putFile("/usr/sbin/netplan", "");
    host.onExec((argv) => (argv[0] === "netplan" ? {} : undefined));
  },
  { name: "with-netplan" },
);
await testOnThrowAwaySystem(
  TABLE.filter(([provider]) => provider !== networkPingProvider),
  {
    parts: { nftables: "/usr/sbin/nft", tzdata: "/usr/share/zoneinfo/Europe/Berlin", iproute2: "/usr/sbin/ip" },
    watched: {
      paths: [
        "/etc/cron.d",
        "/etc/cron.daily",
        "/etc/sysctl.d",
        "/etc/hostname",
        "/etc/localtime",
        "/etc/timezone",
        "/etc/resolv.conf",
        "/etc/nftables.conf",
        "/etc/nftables.d",
        "/etc/systemd",
        "/etc/netplan",
      ],
      commands: [["hostname"], ["cat", "/proc/sys/net/ipv4/ip_forward"], ["nft", "list", "ruleset"]],
    },
    reset: "hostname before; echo 0 >/proc/sys/net/ipv4/ip_forward; nft flush ruleset",
  },
);

await testOnThrowAwaySystem(CERTIFICATES, {
  parts: { "ca-certificates": "/usr/sbin/update-ca-certificates", openssl: "/usr/bin/openssl" },
  // Renewing the bundle looks at each certificate of it for a while: a few will do. Keystores of Java hold the time.
  setUp: `rm -f /etc/ca-certificates/update.d/* /etc/ssl/certs/*.* && sed -i '/^mozilla\\/[^A]/d' /etc/ca-certificates.conf
update-ca-certificates`,
  watched: { paths: ["/usr/local/share/ca-certificates", "/etc/ssl/certs"], commands: [] },
});

function run(provider: Provider, host: FakeHost, params: JsonValue) {
  return runProvider(provider, { host, params, contents: memoryContentStore(), token: tokenOf("x") });
}

function fakeSystem(): FakeHost {
  const host = new FakeHost();
  giveKernel(host);
  return host;
}

test("given a value that the kernel refuses, when it is set, then the file is as before", async () => {
  const host = fakeSystem();
  const before = host.snapshot();
  const attempt = await run(sysctlEnsureProvider, host, { key: FORWARD.key, value: "refused" });
  assert.equal(attempt.error?.error.code, "DRV_TOOL_FAILED");
  assert.match(attempt.error.error.message, /Invalid argument/);
  assert.deepEqual(
    [...host.snapshot()].filter(([path]) => !path.startsWith(host.stateFolder)),
    [...before],
  );
});

test("given a key that the kernel does not have, when it is set, then the error names it", async () => {
  const attempt = await run(sysctlEnsureProvider, fakeSystem(), { key: "net.ipv4.nothing", value: 1 });
  assert.equal(attempt.error?.error.code, "DRV_SYSCTL_UNKNOWN");
});

test("given settings that netplan refuses, when they are written, then the former file stands", async () => {
  const host = fakeSystem();
  host.putFile("/usr/sbin/netplan", "");
  host.onExec((argv) => (argv[0] === "netplan" ? {} : undefined));
  await run(networkInterfaceEnsureProvider, host, ETHERNET);
  const good = host.text("/etc/netplan/90-drover-eth7.yaml");
  host.onExec((argv) =>
    argv[1] === "generate" ? { exitCode: 1, stderr: "Error in network definition\n" } : undefined,
  );
  const attempt = await run(networkInterfaceEnsureProvider, host, { name: "eth7", dhcp4: true });
  assert.match(attempt.error?.error.message ?? "", /Error in network definition/);
  assert.equal(host.text("/etc/netplan/90-drover-eth7.yaml"), good);
});

test("given a zone that does not exist, when it is to be set, then the error names it", async () => {
  const attempt = await run(timezoneEnsureProvider, fakeSystem(), { timezone: "Europe/Atlantis" });
  assert.equal(attempt.error?.error.code, "DRV_TIMEZONE_UNKNOWN");
});

test("given a user that does not exist, when cron is to run something as it, then the error names it", async () => {
  const attempt = await run(cronEnsureProvider, fakeSystem(), { ...DAILY, user: "nobody-here" });
  assert.equal(attempt.error?.error.code, "DRV_ACCOUNT_UNKNOWN");
});

test("given networks that are none, when rules, routes or addresses are read, then each is a problem", () => {
  for (const bad of ["192.0.2.1/33", "300.1.1.1/8", "192.0.2.0", "::1/129", "192.0.2.0/24; drop", "", "-1/0"]) {
    const read = networkInterfaceEnsureProvider.spec.params.safeParse({ name: "eth0", addresses: [bad] });
    assert.equal(read.success, false, bad);
    assert.equal(
      networkRouteEnsureProvider.spec.params.safeParse({ name: "eth0", routes: [{ to: bad, via: "192.0.2.1" }] })
        .success,
      false,
      bad,
    );
  }
  assert.equal(
    networkRouteEnsureProvider.spec.params.safeParse({ name: "eth0", routes: [{ to: "0.0.0.0/0", via: "192.0.2.1" }] })
      .success,
    false,
  );
});

test("given what tools print, when it is read, then the numbers are those", () => {
  assert.deepEqual(
    parsePing("3 packets transmitted, 1 received, 66.6667% packet loss\nrtt min/avg/max/mdev = 0.1/0.2/0.3/0.0 ms"),
    {
      packetsSent: 3,
      packetsReceived: 1,
      lossPercent: 66.7,
      minMs: 0.1,
      averageMs: 0.2,
      maxMs: 0.3,
    },
  );
  assert.equal(parsePing("ping: nowhere: Name or service not known\n"), undefined);
  assert.deepEqual(parseTracking("C0000201,192.0.2.1,2,1.0,-0.000012,0,0,0,0,0,0,0,0,Normal\n"), {
    isSynchronized: true,
    stratum: 2,
    offsetSeconds: -0.000_012,
  });
});
