import { toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import type { FileStat, Host } from "../operation/host.ts";

/** Folder on a host whose executables tell facts of its operator. */
export const CUSTOM_FACTS_FOLDER = "/etc/drover/facts.d";

const EXECUTABLES_MAX = 50;
const TIMEOUT_MS = 5_000;
const OUTPUT_BYTES_MAX = 64 * 1024;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}(?:\.[A-Za-z0-9]+)?$/;
const ANY_EXECUTE = 0o111;
const OTHERS_WRITE = 0o022;

/**
 * Facts that executables in a folder of the host tell: `rack.sh` gives the fact `rack`. Standard output is JSON, else text.
 * Only files of root that nobody else may write are run. One that fails, is silent or takes longer than five seconds tells
 * nothing; at most 50 are asked.
 */
export async function readCustomFacts(
  host: Pick<Host, "batch" | "exec" | "list">,
  folder: string = CUSTOM_FACTS_FOLDER,
): Promise<JsonObject> {
  const listed = await host.list(folder);
  if (!listed.ok) return {};
  const names = listed.value.filter((name) => NAME.test(name)).slice(0, EXECUTABLES_MAX);
  const stats = await host.batch(names.map((name) => ({ call: "stat" as const, path: `${folder}/${name}` })));
  const facts = new Map<string, JsonValue>();
  for (const [index, name] of names.entries()) {
    const answer = stats[index];
    const stat = answer?.ok === true && answer.value.call === "stat" ? answer.value.stat : undefined;
    if (!isTrusted(stat)) continue;
    const value = await ask(host, `${folder}/${name}`);
    if (value !== undefined) facts.set(name.split(".", 1)[0] ?? name, value);
  }
  return Object.fromEntries(facts);
}

/** Whoever may write a program that root runs is root. */
function isTrusted(stat: FileStat | undefined): boolean {
  if (stat?.type !== "file" || stat.uid !== 0) return false;
  return (stat.mode & ANY_EXECUTE) !== 0 && (stat.mode & OTHERS_WRITE) === 0;
}

async function ask(host: Pick<Host, "exec">, path: string): Promise<JsonValue | undefined> {
  const ran = await host.exec([path], { timeoutMs: TIMEOUT_MS, outputBytesMax: OUTPUT_BYTES_MAX, isInsideRoot: true });
  if (!ran.ok || ran.value.exitCode !== 0 || ran.value.droppedBytes > 0) return undefined;
  const text = ran.value.stdout.trim();
  if (text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const plain = toJson(value, { bytesMax: OUTPUT_BYTES_MAX });
    return plain.ok ? plain.value : undefined;
  } catch {
    return text;
  }
}
