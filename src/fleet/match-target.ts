import { codedError, type CodedError } from "../base/coded-error.ts";
import { unreachable } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Target } from "../plan/compiled-plan.ts";
import type { FleetHost } from "./fleet.ts";

export interface MatchOptions {
  /** Containers can be reached: those of the machine itself and of hosts in the list. Default false. */
  readonly reachesContainers?: boolean;
}

/**
 * The hosts a target stands for, in the order given. Labels are hierarchical: `group:web` matches the values `web` and
 * `web.dev`, not `website`. A container is a host of its own, with its target as its name.
 */
export function matchTarget(
  target: Target,
  hosts: readonly FleetHost[],
  options: MatchOptions = {},
): Result<readonly string[], CodedError> {
  if (target.kind === "container" && options.reachesContainers === true) {
    const isKnown = target.host === undefined || hosts.some(({ name }) => name === target.host);
    return isKnown ? ok([target.text]) : err(noHost(target, hosts));
  }
  const matched = hosts.filter((host) => matches(target, host)).map((host) => host.name);
  return matched.length > 0 ? ok(matched) : err(noHost(target, hosts));
}

function matches(target: Target, host: FleetHost): boolean {
  switch (target.kind) {
    case "any":
    case "all":
      return true;
    case "host":
      return host.name === target.name;
    case "label": {
      const value = Object.hasOwn(host.labels, target.key) ? host.labels[target.key] : undefined;
      return value !== undefined && (value === target.value || value.startsWith(`${target.value}.`));
    }
    case "where":
      return target.matches(host);
    case "container":
      return false;
    default:
      return unreachable(target);
  }
}

/** Names listed in an error before the rest is only counted. */
const NAMES_SHOWN_MAX = 10;

function noHost(target: Target, hosts: readonly FleetHost[]): CodedError {
  const names = hosts.slice(0, NAMES_SHOWN_MAX).map((host) => host.name);
  const rest = hosts.length > names.length ? ` and ${hosts.length - names.length} more` : "";
  const known = hosts.length === 0 ? "the fleet has no hosts" : `the fleet has ${names.join(", ")}${rest}`;
  return codedError(
    "DRV_FLEET_NO_HOST",
    `Cannot resolve target ${JSON.stringify(target.text)}: it matches no host, ${known}`,
    {
      hint:
        target.kind === "container"
          ? "Name a container as docker:NAME@HOST with one of these hosts; not every fleet reaches containers"
          : "Name one of these hosts, use a label as in role:web, or allow an empty target on the task",
    },
  );
}
