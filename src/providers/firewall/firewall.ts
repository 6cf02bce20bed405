import { ok } from "../../base/result.ts";
import { firewallList, firewallRule, type FirewallRuleParams } from "../../operation/catalog/firewall.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { readProvider } from "../adapt-params.ts";
import { quoted } from "../failure.ts";
import { managedFiles, readText, wantedText, type WantedPath } from "../managed-files.ts";
import { tryTool } from "../tool.ts";

const FILE = "/etc/nftables.d/drover.nft";
const MAIN_FILE = "/etc/nftables.conf";
const INCLUDE = 'include "/etc/nftables.d/*.nft"';
const DIRECTIONS = ["input", "forward", "output"] as const;
/** Makes sure that the table is there before it is taken away, so that this works either way. */
const REMOVE_TABLE = "add table inet drover; delete table inet drover";

interface Rule {
  readonly name: string;
  readonly direction: string;
  readonly rule: string;
}

/** A rule as nftables has it. Everything in it was checked to be a word, a number or an address. */
export function ruleText(params: FirewallRuleParams): string {
  const { direction, action = "accept", protocol, ports, source, destination, interface: device } = params;
  const matches = [
    ...(device === undefined ? [] : [`${direction === "output" ? "oifname" : "iifname"} "${device}"`]),
    ...(source === undefined ? [] : [`${familyOf(source)} saddr ${source}`]),
    ...(destination === undefined ? [] : [`${familyOf(destination)} daddr ${destination}`]),
    ...(ports === undefined ? [] : [`${protocol} dport { ${ports.join(", ")} }`]),
    ...(ports === undefined && protocol !== undefined
      ? [`meta l4proto ${protocol === "icmpv6" ? "ipv6-icmp" : protocol}`]
      : []),
  ];
  return [...matches, action].join(" ");
}

function familyOf(address: string): string {
  return address.includes(":") ? "ip6" : "ip";
}

/** The file that loads all rules in one step. */
export function rulesFile(rules: readonly Rule[]): string {
  const chains = DIRECTIONS.map((direction) => {
    const own = rules.filter((each) => each.direction === direction);
    const lines = own.map(({ name, rule }) => `    ${rule} comment "drover:${name}"\n`).join("");
    return `  chain ${direction} {\n    type filter hook ${direction} priority -5; policy accept;\n${lines}  }\n`;
  });
  return `# Set by drover\ntable inet drover\ndelete table inet drover\ntable inet drover {\n${chains.join("")}}\n`;
}

/** The rules in a file that {@link rulesFile} made. */
export function parseRules(text: string): readonly Rule[] {
  const rules: Rule[] = [];
  let direction = "input";
  for (const line of text.split("\n")) {
    direction = /^\s*chain (\w+)/.exec(line)?.[1] ?? direction;
    const match = /^\s*(.*) comment "drover:([^"]+)"$/.exec(line);
    if (match !== null) rules.push({ name: match[2] ?? "", direction, rule: match[1] ?? "" });
  }
  return rules;
}

/** Makes a rule of the firewall exist, or not. */
export const firewallRuleProvider = managedFiles({
  spec: firewallRule,
  async plan(params, context) {
    const { name, state, direction } = params;
    const text = await readText(FILE, context);
    if (!text.ok) return text;
    const before = parseRules(text.value ?? "");
    const wanted = { name, direction, rule: ruleText(params) };
    const after = state === "absent" ? before.filter((each) => each.name !== name) : withRule(before, wanted);
    const isWanted = state === "present";
    const result = { name, rule: isWanted ? wanted.rule : "" };
    const loaded = await loadedRules(context);
    if (!loaded.ok) return loaded;
    // Nothing to take away from a host that has no rules of ours.
    if (!isWanted && text.value === undefined && !loaded.value.has(name)) return ok({ paths: [], result });
    const main = await mainFile(context);
    if (!main.ok) return main;
    const isLoaded = loaded.value.has(name);
    const live = isLoaded === isWanted ? [] : [{ property: "loaded", before: isLoaded, after: isWanted }];
    const load = { argv: ["nft", "-f", FILE], action: `load firewall rule ${quoted(name)}` };
    const unload = { argv: ["nft", REMOVE_TABLE], action: "unload the rules of the firewall" };
    return ok({
      paths: [wantedText(FILE, rulesFile(after)), main.value],
      activation: [load],
      undoActivation: [text.value === undefined ? unload : load],
      live,
      result,
    });
  },
});

/** A changed rule keeps its place. */
function withRule(rules: readonly Rule[], wanted: Rule): readonly Rule[] {
  const isThere = rules.some((each) => each.name === wanted.name);
  return isThere ? rules.map((each) => (each.name === wanted.name ? wanted : each)) : [...rules, wanted];
}

/** The file that is loaded at boot, with ours included. */
async function mainFile(context: ProviderContext): ProviderResult<WantedPath> {
  const text = await readText(MAIN_FILE, context);
  if (!text.ok) return text;
  if (text.value === undefined) return ok(wantedText(MAIN_FILE, `#!/usr/sbin/nft -f\n${INCLUDE}\n`, { mode: 0o755 }));
  const lineEnd = text.value.endsWith("\n") ? "" : "\n";
  return ok(wantedText(MAIN_FILE, text.value.includes(INCLUDE) ? text.value : `${text.value}${lineEnd}${INCLUDE}\n`));
}

/** Names of the rules of ours that the kernel has. */
async function loadedRules(context: ProviderContext): ProviderResult<ReadonlySet<string>> {
  const argv = ["nft", "list", "table", "inet", "drover"];
  const shown = await tryTool({ argv, action: "read the rules of the firewall", outputBytesMax: 4 << 20 }, context);
  if (!shown.ok) return shown;
  return ok(new Set([...shown.value.stdout.matchAll(/comment "drover:([^"]+)"/g)].map((match) => match[1] ?? "")));
}

export const firewallListProvider = readProvider(firewallList, async (_params, context) => {
  const text = await readText(FILE, context);
  return text.ok ? ok({ rules: parseRules(text.value ?? "").map((rule) => ({ ...rule })) }) : text;
});
