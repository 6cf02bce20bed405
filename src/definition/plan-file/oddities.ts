import type { ScalarOddity } from "./core-scalar.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Finding } from "./source-file.ts";
import type { SourceTree } from "./source-tree.ts";

/**
 * Scalars that do not say what they seem to say.
 * @param settled offsets of words that were read as what they are
 */
export function oddityDiagnostics(tree: SourceTree, settled: ReadonlySet<number>): readonly Diagnostic[] {
  return tree
    .oddities()
    .filter(({ oddity, range }) => oddity !== "word" || !settled.has(range.start))
    .map(({ oddity, range, text }) => tree.file.diagnostic({ ...findingOf(oddity, text), ...range }));
}

function findingOf(oddity: ScalarOddity, text: string): Omit<Finding, "start"> {
  switch (oddity) {
    case "octal":
      return {
        severity: "warning",
        code: "DRV_PLANFILE_AMBIGUOUS",
        message: `Cannot tell what ${text} means: in YAML 1.2 it is the number ${Number(text)}, in older tools it is octal`,
        hint: `Quote it to keep its digits: "${text}"`,
      };
    case "word":
      return {
        severity: "hint",
        code: "DRV_PLANFILE_AMBIGUOUS",
        message: `Cannot tell what ${text} means: here it is text, in older tools it is ${/^(?:y|yes|on)$/i.test(text)}`,
        hint: `Quote it, "${text}", or write true or false`,
      };
    case "large":
      return {
        code: "DRV_PLANFILE_VALUE_INVALID",
        message: `Cannot read ${text.slice(0, 40)}: as a number it would lose digits`,
        hint: "Quote it",
      };
    case "infinite":
      return {
        code: "DRV_PLANFILE_VALUE_INVALID",
        message: `Cannot read ${text.slice(0, 40)}: it is no number that JSON has`,
        hint: "Write a number, or quote it",
      };
  }
}
