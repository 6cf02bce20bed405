import { codedError, type CodedError } from "../base/coded-error.ts";
import type { EdgeEnds } from "./edge.ts";

/** Characters of an id shown in a message: enough to recognise it, harmless when it is 10 MB. */
const ID_SHOWN_LENGTH_MAX = 80;
/** Nodes of a walk written out in a message; `details` always has them all. */
const WALK_SHOWN_MAX = 12;

export function nodeIdInvalid(id: string, found: string): CodedError {
  return codedError("DRV_GRAPH_NODE_ID_INVALID", `Cannot use ${quote(id)} as a node id: ${found}`, {
    hint: "Use 1 to 200 visible characters",
    details: { id: shorten(id) },
  });
}

export function nodeNotFound(id: string): CodedError {
  return codedError("DRV_GRAPH_NODE_NOT_FOUND", `Cannot find node ${quote(id)}: the graph has no node of that name`, {
    hint: "Add the node first, or correct the name",
    details: { id: shorten(id) },
  });
}

export function nodeExists(id: string): CodedError {
  return codedError("DRV_GRAPH_NODE_EXISTS", `Cannot add node ${quote(id)}: the graph already has it`, {
    hint: "Give each node a name of its own",
    details: { id: shorten(id) },
  });
}

export function edgeExists({ source, target }: EdgeEnds): CodedError {
  return codedError(
    "DRV_GRAPH_EDGE_EXISTS",
    `Cannot add edge ${quote(source)} -> ${quote(target)}: the graph already has an edge between them`,
    { hint: "Remove the present edge first to change its kind", details: { source, target } },
  );
}

export function selfLoop(id: string): CodedError {
  return codedError(
    "DRV_GRAPH_SELF_LOOP",
    `Cannot add edge ${quote(id)} -> ${quote(id)}: a node cannot depend on itself`,
    {
      hint: "Remove the edge",
      details: { id: shorten(id) },
    },
  );
}

/** @param loop each node depends on the one before it, and the first on the last */
export function cycle(action: string, loop: readonly string[]): CodedError {
  const text = loop.length === 1 ? "depends on itself" : "is a loop";
  return codedError("DRV_GRAPH_CYCLE", `${action}: ${formatLoop(loop)} ${text}`, {
    hint: "Remove one of these edges",
    details: { cycle: loop },
  });
}

/** @param loop the way back from the target of the edge to its source */
export function dependencyRefused({ source, target }: EdgeEnds, loop: readonly string[]): CodedError {
  return cycle(`Cannot let ${quote(target)} depend on ${quote(source)}`, loop);
}

export function notConnected(ids: { readonly one: string; readonly other: string }, partCount: number): CodedError {
  return codedError(
    "DRV_GRAPH_NOT_CONNECTED",
    `Cannot reach ${quote(ids.other)} from ${quote(ids.one)}: the graph falls into ${partCount} parts`,
    { hint: "Connect the parts, or make one graph of each", details: { ...ids, partCount } },
  );
}

export function weightInvalid(id: string, weight: number): CodedError {
  return codedError(
    "DRV_GRAPH_WEIGHT_INVALID",
    `Cannot weigh node ${quote(id)}: its weight is ${weight}, and a finite number of at least 0 is needed`,
    { hint: "Leave unknown weights out", details: { id, weight: String(weight) } },
  );
}

export function operationInvalid(action: string, found: string): CodedError {
  return codedError("DRV_GRAPH_OPERATION_INVALID", `${action}: ${found}`);
}

export function limitExceeded(thing: "edges" | "nodes", limit: number): CodedError {
  return codedError("DRV_GRAPH_LIMIT_EXCEEDED", `Cannot build the graph: it has more than ${limit} ${thing}`, {
    hint: "Split the graph, or draw nodes of one kind together",
    details: { limit },
  });
}

export function softCycle({ source, target }: EdgeEnds): CodedError {
  return codedError(
    "DRV_GRAPH_SOFT_CYCLE",
    `Cannot prefer ${quote(source)} before ${quote(target)}: together with other edges this is a loop`,
    { hint: "Remove the preference; the other edges keep their order", details: { source, target } },
  );
}

/** `"a" -> "b" -> "a"`, with the middle of a long walk left out. */
function formatLoop(loop: readonly string[]): string {
  const closed = [...loop.slice(0, WALK_SHOWN_MAX).map(quote), quote(loop[0] ?? "")];
  const hiddenCount = loop.length - WALK_SHOWN_MAX;
  if (hiddenCount > 0) closed.splice(WALK_SHOWN_MAX - 1, 1, `(${hiddenCount} more)`, quote(loop.at(-1) ?? ""));
  return closed.join(" -> ");
}

function quote(id: string): string {
  return JSON.stringify(shorten(id));
}

function shorten(id: string): string {
  return id.length > ID_SHOWN_LENGTH_MAX ? `${id.slice(0, ID_SHOWN_LENGTH_MAX)}…` : id;
}
