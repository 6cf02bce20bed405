import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { isMutantOrder, type MutantVerdict } from "./mutant-order.ts";

if (!isMutantOrder(workerData)) throw new Error("The thread was not told which mistake to make");
const { mutant, from, seeds } = workerData;
const changed = new URL(`../../src/${mutant.file}`, import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== changed) return loaded;
    const source = textOf(loaded.source);
    if (source.split(mutant.find).length !== 2)
      throw new Error(`"${mutant.find}" does not stand once in ${mutant.file}`);
    return { ...loaded, source: source.replace(mutant.find, () => mutant.replace) };
  },
});

function textOf(source: unknown): string {
  if (typeof source === "string") return source;
  return source instanceof Uint8Array ? new TextDecoder().decode(source) : "";
}

// A mistake may also break promises that nobody waits for; only what the simulator says counts.
process.on("unhandledRejection", () => {});

const { settingsOf } = await import("../../src/testing/simulation/simulation-settings.ts");
const { simulate } = await import("../../src/testing/simulation/simulation.ts");
let verdict: MutantVerdict = { seeds, rule: undefined, message: "" };
for (let seed = from; seed < from + seeds; seed++) {
  const [found] = (await simulate(settingsOf(seed))).violations;
  if (found === undefined) continue;
  verdict = { seeds: seed - from + 1, rule: found.rule, message: found.message };
  break;
}
parentPort?.postMessage(verdict);
