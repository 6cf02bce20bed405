/**
 * A plan as a module: the default export is the plan, its parameters are declared and checked before anything starts.
 *
 *   drover run examples/motd/plan.ts folder=/tmp/motd text="Good morning"
 */
import { ops, Plan } from "drover";

const plan = new Plan("motd", {
  target: "_any",
  params: {
    folder: { type: "string", pattern: "^/", description: "Where to put it" },
    text: { type: "string", default: "Welcome" },
    lines: { type: "integer", default: 1, min: 1, max: 10 },
  },
});

const host = plan.task("host", ops.node.hostnameGet());
plan
  .task("message", {
    operation: "file.deploy",
    params: ({ params, results }) => {
      const line = `${params.text}, this is ${results.get(host)?.hostname}\n`;
      return { path: `${params.folder}/motd`, content: line.repeat(params.lines) };
    },
  })
  .dependsOn(host);

export default plan;
