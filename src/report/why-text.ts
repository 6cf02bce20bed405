import { span, type Line, type TextStyle } from "./line.ts";
import { iconOf, statusLook } from "./status-look.ts";
import { errorGroupLines } from "./task-line.ts";
import type { Explanation } from "./why.ts";
import { listed } from "./wording.ts";

/** Levels of causes that are indented; deeper ones stay at that margin. */
const INDENT_LEVELS_MAX = 10;

/** An explanation as text: the task, what decided, and under it the causes, each a level deeper. */
export function explanationLines(explanation: Explanation, style: TextStyle): readonly Line[] {
  const lines: Line[] = [];
  const open: { readonly explanation: Explanation; readonly level: number }[] = [{ explanation, level: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    lines.push(...linesOfOne(next.explanation, next.level, style));
    const level = next.level + 1;
    open.push(...next.explanation.causes.toReversed().map((cause) => ({ explanation: cause, level })));
  }
  return lines;
}

function linesOfOne(explanation: Explanation, level: number, style: TextStyle): readonly Line[] {
  const indent = "  ".repeat(Math.min(level, INDENT_LEVELS_MAX));
  const margin = level === 0 ? "" : `${indent}because `;
  const isRoot = level > 0 && explanation.causes.length === 0 && explanation.otherCauses.length === 0;
  const lines: Line[] = [
    [
      span(margin, "dim"),
      iconOf(statusLook(explanation.status), style),
      ` ${explanation.sentence}`,
      span(isRoot ? "  (root cause)" : "", "dim"),
    ],
    ...explanation.values.map(({ name, value }): Line => [indent, span(`    ${name}: `, "dim"), value]),
    ...explanation.errors.flatMap((group) => errorGroupLines(group, style).map((line): Line => [indent, ...line])),
  ];
  if (explanation.otherCauses.length > 0) {
    lines.push([indent, span(`    also because of ${listed(explanation.otherCauses, "task", 5)}`, "dim")]);
  }
  return lines;
}
