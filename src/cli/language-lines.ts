import type { ShapeExplanation } from "../definition/plan-file/explain-shape.ts";
import { span, type Line } from "../report/line.ts";

/** A part of the language for people: what it is, and what may stand in it. */
export function languageLines({ path, type, doc, byDefault, example, members }: ShapeExplanation): readonly Line[] {
  const lines: Line[] = [[span(path === "" ? "plan file" : path, "bold"), `  ${type}`]];
  if (doc !== undefined) lines.push([], [doc]);
  if (byDefault !== undefined) lines.push([span("default  ", "dim"), byDefault]);
  if (example !== undefined) lines.push([span("example  ", "dim"), JSON.stringify(example)]);
  const columns = Math.max(0, ...members.map(({ name }) => name.length));
  let section: string | undefined;
  for (const member of members) {
    if (member.section !== section || lines.at(-1)?.length === 0) {
      lines.push([]);
      if (member.section !== undefined) lines.push([span(member.section, "bold")]);
    }
    section = member.section;
    const needed = member.isRequired ? " (needed)" : "";
    const fallback = member.byDefault === undefined ? "" : ` Default: ${member.byDefault}.`;
    lines.push([`  ${member.name.padEnd(columns)}  `, span(`${member.type}${needed}`, "dim")]);
    lines.push([`  ${" ".repeat(columns)}  ${member.doc}${fallback}`]);
  }
  return lines;
}
