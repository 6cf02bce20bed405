import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { cycleErrors } from "./cycles.ts";
import type { EdgeDefinition } from "./edge.ts";
import { GraphBuilder } from "./graph-builder.ts";
import type { Graph } from "./graph.ts";

/** A whole graph in one literal. */
export interface GraphDefinition<Id extends string = string> {
  readonly nodes: Iterable<Id>;
  readonly edges?: Iterable<EdgeDefinition<NoInfer<Id>>>;
}

/**
 * Builds a graph without loops from one declaration, or reports everything that is wrong with it: each invalid or double
 * node, each edge that cannot be added (codes of {@link GraphBuilder.addEdge}), and one `DRV_GRAPH_CYCLE` for each group of
 * nodes on common loops.
 *
 * @example
 * const built = defineGraph({ nodes: ["a", "b"], edges: [{ source: "a", target: "b", kind: "failure" }] });
 * if (built.ok) built.value.edgeCount; // 1
 */
export function defineGraph<Id extends string>(
  definition: GraphDefinition<Id>,
): Result<Graph<Id>, readonly CodedError[]> {
  const builder = new GraphBuilder<Id>();
  const errors: CodedError[] = [];
  const note = (result: Result<void, CodedError>): void => {
    if (!result.ok) errors.push(result.error);
  };
  for (const id of definition.nodes) note(builder.addNode(id));
  for (const edge of definition.edges ?? []) note(builder.addEdge(edge));
  const graph = builder.build();
  errors.push(...cycleErrors(graph, "Cannot build the graph"));
  return errors.length === 0 ? ok(graph) : err(errors);
}
