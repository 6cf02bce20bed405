import { codedError, type CodedError } from "../base/coded-error.ts";
import { NAME_LENGTH_MAX } from "../base/limits.ts";
import type { FleetHost } from "./fleet.ts";

const HOST_NAME = /^[\w.-]+$/;
const LABEL_KEY = /^[\w-]+$/;
const LABEL_VALUE = /^[\w-]+(\.[\w-]+)*$/;

/**
 * What is wrong with the hosts of a fleet, all together: names and labels no target could name, and names used twice.
 * Each is `DRV_FLEET_HOST_INVALID`.
 */
export function checkHosts(hosts: readonly FleetHost[]): readonly CodedError[] {
  const seen = new Set<string>();
  return hosts.flatMap((host) => {
    const isRepeated = seen.has(host.name);
    seen.add(host.name);
    return [...nameDefects(host.name, isRepeated), ...labelDefects(host)];
  });
}

function nameDefects(name: string, isRepeated: boolean): readonly CodedError[] {
  if (!HOST_NAME.test(name) || name.length > NAME_LENGTH_MAX) {
    return [
      invalid(
        `host ${shown(name)} has a name that no target can name`,
        "Use letters, digits, dots, dashes and underscores",
      ),
    ];
  }
  return isRepeated ? [invalid(`two hosts are called ${shown(name)}`, "Give every host a name of its own")] : [];
}

function labelDefects(host: FleetHost): readonly CodedError[] {
  return Object.entries(host.labels)
    .filter(([key, value]) => !LABEL_KEY.test(key) || !LABEL_VALUE.test(value))
    .map(([key, value]) =>
      invalid(
        `host ${shown(host.name)} has the label ${shown(`${key}:${value}`)}, which no target can name`,
        "Use letters, digits, dashes and underscores; dots separate the levels of a value",
      ),
    );
}

function invalid(found: string, hint: string): CodedError {
  return codedError("DRV_FLEET_HOST_INVALID", `Cannot make a fleet: ${found}`, { hint });
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
