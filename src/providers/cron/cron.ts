import { ok } from "../../base/result.ts";
import { cronDelete, cronEnsure, cronGet, cronList, type CronEnsureParams } from "../../operation/catalog/cron.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { readAccounts, requireUser } from "../account/account-files.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { listFolder, managedFiles, readText, wantedText, type WantedPath } from "../managed-files.ts";

const INTERVALS = ["hourly", "daily", "weekly", "monthly"] as const;
const SCHEDULE_FOLDER = "/etc/cron.d";
const SCRIPT_MODE = 0o755;
const ENTRY_MODE = 0o644;

function pathOf({ name, interval }: Pick<CronEnsureParams, "name" | "interval">): string {
  return interval === undefined ? `${SCHEDULE_FOLDER}/${name}` : `/etc/cron.${interval}/${name}`;
}

/** The file of an entry. cron reads a plain `%` as a line end, and its `\%` as a percent sign. */
export function entryText({ name, schedule, command = "", user, environment }: CronEnsureParams): string {
  const settings = Object.entries(environment).map(([variable, value]) => `${variable}="${value}"\n`);
  return `# ${name}: set by drover\n${settings.join("")}${schedule} ${user} ${command.replace(/(?<!\\)%/g, "\\%")}\n`;
}

/** Makes a command run on a schedule, or not. */
export const cronEnsureProvider = managedFiles({
  spec: cronEnsure,
  async plan(params, context) {
    const path = pathOf(params);
    const checked = await checkUser(params, context);
    if (!checked.ok) return checked;
    const places = [SCHEDULE_FOLDER, ...INTERVALS.map((interval) => `/etc/cron.${interval}`)];
    const others = places
      .map((folder) => `${folder}/${params.name}`)
      .filter((each) => each !== path || isAbsent(params));
    const absent: WantedPath[] = [];
    for (const other of others) {
      const stat = await context.host.stat(other, { signal: context.signal });
      // Only what is there: a folder that is missing holds no entry.
      if (stat.ok && stat.value !== undefined) absent.push({ kind: "absent", path: other });
    }
    return ok({
      paths: isAbsent(params) ? absent : [wantedFile(params, path), ...absent],
      result: { name: params.name, path },
    });
  },
});

function isAbsent({ state }: CronEnsureParams): boolean {
  return state === "absent";
}

function wantedFile(params: CronEnsureParams, path: string): WantedPath {
  if (params.interval !== undefined) return wantedText(path, params.script ?? "", { mode: SCRIPT_MODE });
  return wantedText(path, entryText(params), { mode: ENTRY_MODE });
}

async function checkUser(params: CronEnsureParams, context: ProviderContext): ProviderResult<void> {
  if (isAbsent(params) || params.interval !== undefined || params.user === "root") return ok(undefined);
  const accounts = await readAccounts(context);
  if (!accounts.ok) return accounts;
  const user = requireUser(params.user, accounts.value, `set up cron entry ${quoted(params.name)}`);
  return user.ok ? ok(undefined) : user;
}

export const cronDeleteProvider = adaptParams(cronDelete, cronEnsureProvider, ({ name }): CronEnsureParams => ({
  name,
  state: "absent",
  user: "root",
  environment: {},
}));

interface CronEntry {
  name: string;
  path: string;
  schedule: string;
  user: string;
  command: string;
}

/** Reads the entries of a file in the form of /etc/cron.d. */
export function parseEntries(name: string, path: string, text: string): readonly CronEntry[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(@\w+|[^\s#=]+(?:\s+\S+){4})\s+(\S+)\s+(.+)$/.exec(line);
    if (match === null || /^\s*\w+\s*=/.test(line)) return [];
    const [, schedule = "", user = "", command = ""] = match;
    return [{ name, path, schedule: schedule.replace(/\s+/g, " "), user, command: command.trim() }];
  });
}

async function allEntries(context: ProviderContext): ProviderResult<readonly CronEntry[]> {
  const entries: CronEntry[] = [];
  const scheduled = await listFolder(SCHEDULE_FOLDER, context);
  if (!scheduled.ok) return scheduled;
  for (const name of scheduled.value.filter((each) => !each.startsWith("."))) {
    const path = `${SCHEDULE_FOLDER}/${name}`;
    const text = await readText(path, context);
    if (!text.ok) return text;
    entries.push(...parseEntries(name, path, text.value ?? ""));
  }
  for (const interval of INTERVALS) {
    const names = await listFolder(`/etc/cron.${interval}`, context);
    if (!names.ok) return names;
    const scripts = names.value.filter((each) => !each.startsWith("."));
    entries.push(
      ...scripts.map((name) => ({
        name,
        path: `/etc/cron.${interval}/${name}`,
        schedule: interval,
        user: "root",
        command: "",
      })),
    );
  }
  return ok(entries);
}

export const cronListProvider = readProvider(cronList, async (_params, context) => {
  const entries = await allEntries(context);
  return entries.ok ? ok({ entries: [...entries.value] }) : entries;
});

export const cronGetProvider = readProvider(cronGet, async ({ name }, context) => {
  const entries = await allEntries(context);
  if (!entries.ok) return entries;
  const own = entries.value.filter((entry) => entry.name === name);
  if (own.length > 0) return ok({ entries: own });
  return failed("DRV_CRON_UNKNOWN", `Cannot read cron entry ${quoted(name)}: no file of cron has this name`);
});
