import { ok } from "../../base/result.ts";
import {
  sysctlDelete,
  sysctlEnsure,
  sysctlGet,
  sysctlList,
  type SysctlEnsureParams,
} from "../../operation/catalog/sysctl.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { adaptParams, readProvider } from "../adapt-params.ts";
import { failed, quoted } from "../failure.ts";
import { listFolder, managedFiles, readText, wantedText, type FilesPlan } from "../managed-files.ts";

const FOLDER = "/etc/sysctl.d";
const PREFIX = "90-drover-";

function fileOf(key: string): string {
  return `${FOLDER}/${PREFIX}${key}.conf`;
}

/** The file of the kernel with the running value. */
function kernelFile(key: string): string {
  return `/proc/sys/${key.replaceAll(".", "/")}`;
}

/** The running value, with single spaces; `undefined` when the kernel has no such parameter or cannot be asked. */
async function runningValue(key: string, context: ProviderContext): ProviderResult<string | undefined> {
  const text = await readText(kernelFile(key), context);
  return text.ok ? ok(text.value?.trim().replace(/\s+/g, " ")) : text;
}

type SysctlResult = { key: string; path: string };

/** Makes a parameter of the kernel have a value, now and after the next boot. */
export const sysctlEnsureProvider = managedFiles<SysctlEnsureParams, SysctlResult>({
  spec: sysctlEnsure,
  async plan({ key, value = "", state, isLive }, context): ProviderResult<FilesPlan<SysctlResult>> {
    const path = fileOf(key);
    const result = { key, path };
    if (state === "absent") return ok({ paths: [{ kind: "absent", path }], result });
    const paths = [wantedText(path, `# Set by drover\n${key} = ${value}\n`)];
    if (!isLive) return ok({ paths, result });
    const hasKernel = await context.host.stat("/proc/sys/kernel", { signal: context.signal });
    // A folder that plays a host has no kernel of its own: the file is all there is.
    if (!hasKernel.ok || hasKernel.value === undefined) return ok({ paths, result });
    const running = await runningValue(key, context);
    if (!running.ok) return running;
    if (running.value === undefined) {
      return failed("DRV_SYSCTL_UNKNOWN", `Cannot set ${quoted(key)}: the kernel has no parameter of this name`, {
        hint: "Correct the key, or load the module that brings it",
      });
    }
    const set = (wanted: string) => [
      { argv: ["sysctl", "-q", "-w", `${key}=${wanted}`], action: `set ${quoted(key)} to ${quoted(wanted)}` },
    ];
    const live = running.value === value ? [] : [{ property: "running", before: running.value, after: value }];
    return ok({ paths, result, live, activation: set(value), undoActivation: set(running.value) });
  },
});

export const sysctlDeleteProvider = adaptParams(sysctlDelete, sysctlEnsureProvider, ({ key }): SysctlEnsureParams => ({
  key,
  state: "absent",
  isLive: false,
}));

export const sysctlGetProvider = readProvider(sysctlGet, async ({ key }, context) => {
  const running = await runningValue(key, context);
  if (!running.ok) return running;
  if (running.value === undefined) {
    return failed("DRV_SYSCTL_UNKNOWN", `Cannot read ${quoted(key)}: the kernel has no parameter of this name`);
  }
  const stat = await context.host.stat(fileOf(key), { signal: context.signal });
  const isOurs = stat.ok && stat.value !== undefined;
  return ok({ setting: { key, value: running.value, path: isOurs ? fileOf(key) : "" } });
});

export const sysctlListProvider = readProvider(sysctlList, async (_params, context) => {
  const names = await listFolder(FOLDER, context);
  if (!names.ok) return names;
  const settings: { key: string; value: string; path: string }[] = [];
  for (const name of names.value) {
    if (!name.startsWith(PREFIX) || !name.endsWith(".conf")) continue;
    const key = name.slice(PREFIX.length, -".conf".length);
    const running = await runningValue(key, context);
    if (!running.ok) return running;
    settings.push({ key, value: running.value ?? "", path: fileOf(key) });
  }
  return ok({ settings });
});
