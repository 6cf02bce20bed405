import { ok } from "../../base/result.ts";
import { hostnameEnsure } from "../../operation/catalog/hostname.ts";
import { quoted } from "../failure.ts";
import { managedFiles, readText, wantedText } from "../managed-files.ts";

/** Makes the host have a name, now and after the next boot. */
export const hostnameEnsureProvider = managedFiles({
  spec: hostnameEnsure,
  async plan({ hostname }, context) {
    const running = await readText("/proc/sys/kernel/hostname", context);
    if (!running.ok) return running;
    const current = running.value?.trim();
    const paths = [wantedText("/etc/hostname", `${hostname}\n`)];
    const result = { hostname };
    // A folder that plays a host has no kernel of its own: the file is all there is.
    if (current === undefined) return ok({ paths, result });
    const live = current === hostname ? [] : [{ property: "running", before: current, after: hostname }];
    const set = (name: string) => [{ argv: ["hostname", name], action: `name the host ${quoted(name)}` }];
    return ok({ paths, result, live, activation: set(hostname), undoActivation: set(current) });
  },
});
