import { ok } from "../../base/result.ts";
import { timezoneEnsure, timezoneGet } from "../../operation/catalog/clock.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { readProvider } from "../adapt-params.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { managedFiles, readText, wantedText, type WantedPath } from "../managed-files.ts";
import { runTool } from "../tool.ts";

const ZONES = "/usr/share/zoneinfo";
const LINK = "/etc/localtime";
/** Debian's own note of the zone. */
const NOTE = "/etc/timezone";

async function currentZone(context: ProviderContext): ProviderResult<string> {
  const target = await context.host.readlink(LINK, { signal: context.signal });
  if (target.ok) return ok(/zoneinfo\/(.+)$/.exec(target.value)?.[1] ?? target.value);
  const note = await readText(NOTE, context);
  return note.ok ? ok(note.value?.trim() ?? "UTC") : note;
}

/** Makes the host be in a time zone. */
export const timezoneEnsureProvider = managedFiles({
  spec: timezoneEnsure,
  async plan({ timezone }, context) {
    const zone = `${ZONES}/${timezone}`;
    const stat = await context.host.stat(zone, { signal: context.signal });
    if (!stat.ok && stat.error.code !== "DRV_HOST_NOT_A_FOLDER") return failedWith(stat.error);
    if (!stat.ok || stat.value === undefined || stat.value.type === "directory") {
      return failed("DRV_TIMEZONE_UNKNOWN", `Cannot set time zone ${quoted(timezone)}: the host does not know it`, {
        hint: "Correct the name, or install the package tzdata",
      });
    }
    const paths: WantedPath[] = [{ kind: "symlink", path: LINK, target: zone }];
    const note = await readText(NOTE, context);
    if (!note.ok) return note;
    if (note.value !== undefined) paths.push(wantedText(NOTE, `${timezone}\n`));
    return ok({ paths, result: { timezone } });
  },
});

export const timezoneGetProvider = readProvider(timezoneGet, async (_params, context) => {
  const timezone = await currentZone(context);
  if (!timezone.ok) return timezone;
  const date = await runTool(
    { argv: ["date", "+%z"], action: "read the time zone", env: { TZ: timezone.value } },
    context,
  );
  if (!date.ok) return date;
  return ok({ timezone: timezone.value, utcOffset: date.value.stdout.trim().replace(/(\d\d)$/, ":$1") });
});
