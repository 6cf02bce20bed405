/**
 * Several plans in one module, each made by a function of the parameters: name another one than the default after `#`.
 *
 *   drover run examples/inventory/plans.ts#look --fleet examples/inventory/hosts.yml
 *   drover run examples/inventory/plans.ts --fleet examples/inventory/hosts.yml folder=/tmp/inventory
 */
import { ops, Plan } from "drover";

/** Looks at every host. */
export function look(): Plan {
  const plan = new Plan("look", { target: "_all" });
  plan.task("status", ops.node.statusGet());
  return plan;
}

/** Writes a card for each host. */
export default function inventory({ folder }: { readonly folder: string }): Plan {
  const plan = new Plan("inventory", { rollback: "onFailure" });
  const home = plan.task("folder", ops.file.directory({ path: folder }), { target: "_any" });
  const content = "{{ host.name }}: {{ facts.cpuCount }} processors, role {{ facts.labels.role }}\n";
  for (const host of ["web1", "web2", "db1"]) {
    const card = ops.file.deploy({ path: `${folder}/${host}`, content, contentType: "template" });
    plan.task(`card-${host}`, card, { target: host }).dependsOn(home);
  }
  return plan;
}
