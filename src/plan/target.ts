import { codedError, type CodedError, type SourcePosition } from "../base/coded-error.ts";
import { NAME_LENGTH_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import { shown } from "../definition/task-input.ts";
import { conditionOf } from "../definition/where-text.ts";
import type { Target } from "./compiled-plan.ts";
import { whereTarget } from "./where-target.ts";

/** Conditions are longer than names. */
const CONDITION_LENGTH_MAX = 10_000;

const HOST = /^[\w.-]+$/;
const LABEL_PART = HOST;
const LABEL_VALUE = /^[\w-]+(?:\.[\w-]+)*$/;
const CONTAINER_KEY = "docker";

/**
 * Reads a target: `_any`, `_all`, a host name, a hierarchical label `key:value` (`group:web.dev`), or a container
 * `docker:name` on the machine itself or `docker:name@host` on another.
 *
 * @param options.at where the target is written, for the error
 * @returns the target, or `DRV_PLAN_TARGET_INVALID`
 */
export function parseTarget(text: unknown, options: { readonly at?: SourcePosition } = {}): Result<Target, CodedError> {
  const condition = typeof text === "string" && text.length <= CONDITION_LENGTH_MAX ? conditionOf(text) : undefined;
  if (condition !== undefined) return readCondition(condition, options.at);
  const target = typeof text === "string" && text.length <= 2 * NAME_LENGTH_MAX ? read(text) : undefined;
  if (target !== undefined) return ok(target);
  const message = `Cannot read target ${shown(text)}: it is neither a host nor a label nor a container`;
  const hint = 'Write "_any", "_all", a host name, a label such as "role:web", or "docker:container@host"';
  return err(
    codedError("DRV_PLAN_TARGET_INVALID", message, { hint, ...(options.at === undefined ? {} : { at: options.at }) }),
  );
}

function readCondition(condition: string, at: SourcePosition | undefined): Result<Target, CodedError> {
  const target = whereTarget(condition);
  if (target.ok) return target;
  const found = target.error.map(({ message }) => message).join("; ");
  const message = `Cannot read target ${shown(condition)}: ${found}`;
  return err(codedError("DRV_PLAN_TARGET_INVALID", message, at === undefined ? {} : { at }));
}

function read(text: string): Target | undefined {
  if (text === "_any") return { kind: "any", text };
  if (text === "_all") return { kind: "all", text };
  const colon = text.indexOf(":");
  if (colon === -1) return HOST.test(text) ? { kind: "host", text, name: text } : undefined;
  const key = text.slice(0, colon);
  const value = text.slice(colon + 1);
  if (key === CONTAINER_KEY) return readContainer(text, value);
  if (!LABEL_PART.test(key) || !LABEL_VALUE.test(value)) return undefined;
  return { kind: "label", text, key, value };
}

function readContainer(text: string, address: string): Target | undefined {
  const [container = "", host, ...rest] = address.split("@");
  if (!HOST.test(container) || rest.length > 0) return undefined;
  if (host === undefined) return { kind: "container", text, container };
  return HOST.test(host) ? { kind: "container", text, container, host } : undefined;
}
