import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunView } from "../../src/engine/run-view.ts";
import type { RunId } from "../../src/base/ids.ts";
import { verifyLog } from "../../src/eventlog/sqlite/verify-log.ts";
import { DurableRuns, localFleet } from "../../src/index.ts";
import { openSqliteLog } from "../../src/sqlite.ts";
import { blobsNamedBy } from "../../src/view/stored-event.ts";

export const HOSTS = ["one", "two", "three"] as const;

/** What a dead process left in its data folder, read from a copy: looking must not mend anything. */
export interface Remains {
  /** The newest run; absent when it had not come into the log. */
  readonly run: RunView | undefined;
  /** All that is in the log, as text. */
  readonly text: string;
}

/** The folders of one run: its ledgers, one for each host, and the data folder that it shares with the runs before it. */
export class Scene {
  readonly data: string;
  readonly folder: string;
  readonly fleetFile: string;

  constructor(root: string, name: string) {
    this.data = join(root, "data");
    this.folder = join(root, name);
    this.fleetFile = join(this.folder, "hosts.yml");
    mkdirSync(this.data, { recursive: true });
    const hosts = HOSTS.map((host) => `  ${host}: { root: ${join(this.folder, host)} }\n`);
    for (const host of HOSTS) mkdirSync(join(this.folder, host), { recursive: true });
    writeFileSync(this.fleetFile, `hosts:\n${hosts.join("")}`);
  }

  /** Lines by what they say, with how often they are there. */
  ledger(host: string): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const line of textOf(join(this.folder, host, "ledger")).split("\n")) {
      if (line !== "") counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    return counts;
  }

  /** Reads the log; `known` are runs of earlier scenes. */
  async remains(known: ReadonlySet<RunId>): Promise<Remains> {
    if (!this.#hasLog) return { run: undefined, text: "" };
    const copy = mkdtempSync(join(tmpdir(), "drover-remains-"));
    try {
      cpSync(this.data, copy, { recursive: true, filter: (path) => !path.endsWith(".sock") });
      return await readRemains(copy, known);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }

  /** Not when the first program was killed before it had made one. */
  get #hasLog(): boolean {
    return readdirSync(this.data).some((name) => /^log-\d+\.db$/.test(name));
  }

  /** Commands whose result nobody had heard when the program ended: those that run on, and those that have ended since. */
  leftCalls(): { readonly running: number; readonly finished: number } {
    const journals = join(this.data, "journal");
    if (!existsSync(journals)) return { running: 0, finished: 0 };
    const files = readdirSync(journals, { recursive: true, encoding: "utf8" });
    const inCalls = (name: string) => files.filter((file) => file.includes("/calls/") && file.endsWith(`/${name}`));
    const finished = inCalls("exit").length;
    return { running: inCalls("process").length - finished, finished };
  }

  /** What `drover log verify` would find. */
  logFindings(): readonly string[] {
    if (!this.#hasLog) return [];
    const checking = verifyLog(this.data, { blobsNamedBy });
    for (let step = checking.next(); ; step = checking.next()) {
      if (step.done === true) return step.value.findings.map(({ error }) => `${error.code}: ${error.message}`);
    }
  }
}

async function readRemains(folder: string, known: ReadonlySet<RunId>): Promise<Remains> {
  await using log = await openSqliteLog(folder);
  const rows: string[] = [];
  for await (const row of log.read(0, 1)) rows.push(JSON.stringify(row.events));
  await using runs = await DurableRuns.open({ log, fleet: localFleet() });
  const record = runs.list().find(({ runId }) => !known.has(runId));
  if (record === undefined) return { run: undefined, text: rows.join("\n") };
  const view = await runs.view(record.runId);
  if (!view.ok) throw new Error(`${view.error.code}: ${view.error.message}`);
  return { run: view.value, text: rows.join("\n") };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
