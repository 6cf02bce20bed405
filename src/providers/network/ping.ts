import { ok } from "../../base/result.ts";
import { networkPing } from "../../operation/catalog/network.ts";
import { readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { toolFailure, tryTool } from "../tool.ts";

export const networkPingProvider = readProvider(networkPing, async (params, context) => {
  const { address, count, timeout, mustAnswer } = params;
  const seconds = String(Math.max(1, Math.ceil(timeout / 1_000)));
  const argv = ["ping", "-n", "-q", "-c", String(count), "-w", seconds, "--", address];
  const run = { argv, action: `ask ${quoted(address)} for echoes`, timeoutMs: timeout + 5_000 };
  const ran = await tryTool(run, context);
  if (!ran.ok) return ran;
  const result = parsePing(ran.value.stdout);
  // 1: no answer. Everything else without counts is a refusal, such as a name that is not known.
  if (result === undefined) return toolFailure(run, ran.value, { errorClass: "retryable" });
  if (result.packetsReceived > 0 || !mustAnswer) return ok(result);
  return failed(
    "DRV_NETWORK_NO_ANSWER",
    `Cannot reach ${quoted(address)}: none of ${result.packetsSent} echoes came back`,
    {
      hint: "Check the address, the routes and the firewalls in between",
      errorClass: "retryable",
      data: { ...result },
    },
  );
});

/** Reads the last lines of ping; `undefined` when they hold no counts. */
export function parsePing(text: string) {
  const counts = /(\d+) packets transmitted, (\d+)(?: packets)? received/.exec(text);
  if (counts === null) return undefined;
  const [packetsSent, packetsReceived] = [Number(counts[1]), Number(counts[2])];
  const times = /= ([\d.]+)\/([\d.]+)\/([\d.]+)/.exec(text);
  const [minMs, averageMs, maxMs] = (times ?? []).slice(1).map(Number);
  return {
    packetsSent,
    packetsReceived,
    lossPercent: packetsSent === 0 ? 0 : Math.round((1 - packetsReceived / packetsSent) * 1_000) / 10,
    ...(minMs === undefined ? {} : { minMs }),
    ...(averageMs === undefined ? {} : { averageMs }),
    ...(maxMs === undefined ? {} : { maxMs }),
  };
}
