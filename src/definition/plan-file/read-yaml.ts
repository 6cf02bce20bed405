import type { Event } from "js-yaml";
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { readPlainYaml } from "./read-plain-yaml.ts";
import type { Finding, SourceFile } from "./source-file.ts";
import { SourceTree, type TreeIndex } from "./source-tree.ts";
import { TreeBuilder } from "./tree-builder.ts";

/** Nesting of maps and lists. */
const DEPTH_MAX = 100;

/** What a file says. Problems may be there although it could be read: then the rest is checked as well. */
export interface ReadSource {
  readonly tree: SourceTree;
  readonly problems: readonly Diagnostic[];
}

/**
 * Reads YAML 1.2 or JSON. What is plain is read without noting where it stands. Of everything else a fast parser tells the
 * events; when it gives up, a second one that goes on after mistakes finds all of them.
 * @returns the values, or every mistake of syntax
 */
export async function readYaml(file: SourceFile): Promise<Result<ReadSource, readonly Diagnostic[]>> {
  const { getScalarValue, parseEvents, YAMLException } = await import("js-yaml");
  const plain = readPlainYaml(file.text);
  if (plain !== undefined) {
    const makeIndex = (): TreeIndex => {
      const events = parseEvents(file.text, { maxDepth: DEPTH_MAX });
      return new TreeBuilder({ file, events, decode: getScalarValue, report: noReport }).build();
    };
    return ok({ tree: new SourceTree(file, { value: plain.value, makeIndex }), problems: [] });
  }
  let events: readonly Event[];
  try {
    events = parseEvents(file.text, { maxDepth: DEPTH_MAX });
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) throw thrown;
    const first = { reason: thrown.reason, offset: thrown.mark?.position ?? 0 };
    return err(await everyMistake(file, first));
  }
  const problems: Diagnostic[] = [];
  const report = (finding: Finding): void => void problems.push(file.diagnostic(finding));
  const tree = new SourceTree(file, new TreeBuilder({ file, events, decode: getScalarValue, report }).build());
  const isHopeless = problems.some(({ code }) => code === "DRV_PLANFILE_LIMIT");
  return isHopeless ? err(problems) : ok({ tree, problems });
}

/** What was read without a whole parser has nothing to report. */
function noReport(): void {
  assert(false, "What is plain has no mistakes of syntax");
}

interface Mistake {
  readonly reason: string;
  readonly offset: number;
}

async function everyMistake(file: SourceFile, first: Mistake): Promise<readonly Diagnostic[]> {
  if (first.reason.startsWith("nesting exceeded")) {
    const message = `Cannot read plan file: it is nested deeper than ${DEPTH_MAX} levels`;
    return [file.diagnostic({ code: "DRV_PLANFILE_LIMIT", message, hint: "Make it flatter", start: first.offset })];
  }
  const mistakes = await recoverMistakes(file.text);
  const known = mistakes.length === 0 ? [first] : mistakes;
  // Where the two disagree about a line, the fast parser is the more exact one.
  const { line } = file.positionOf(first.offset);
  const others = known.filter(({ offset }) => Math.abs(file.positionOf(offset).line - line) > 1);
  return [first, ...others].map(({ reason, offset }) => mistakeOf(file, reason, offset));
}

/** The mistakes a parser finds that goes on behind each; none when the text is too deep for it. */
async function recoverMistakes(text: string): Promise<readonly Mistake[]> {
  const { parseDocument } = await import("yaml");
  try {
    const { errors } = parseDocument(text, {
      version: "1.2",
      uniqueKeys: false,
      logLevel: "silent",
      prettyErrors: false,
    });
    return errors.map(({ message, pos }) => ({ reason: message, offset: pos[0] }));
  } catch {
    return [];
  }
}

/** What parsers say, and what usually stands behind it. */
const REMEDIES: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/tab/i, "Indent with spaces"],
  [
    /deficient indentation|missing closing|unexpected end|quote/i,
    "Close the quote, or indent the lines of the text further",
  ],
  [/implicit key|mapping|missed comma|colon/i, 'Quote a text that holds ": " or begins with a special character'],
  [/indent/i, "Put the members of one map into one column"],
  [/null byte/i, "Remove the character"],
];

function mistakeOf(file: SourceFile, reason: string, offset: number): Diagnostic {
  const sentence = (reason.split("\n")[0] ?? reason).replace(/ at line \d+, column \d+:?$/, "").slice(0, 300);
  const found = `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
  const hint =
    REMEDIES.find(([pattern]) => pattern.test(sentence))?.[1] ?? "Correct the syntax at the place that is marked";
  const start = Math.min(offset, Math.max(0, file.text.length - 1));
  return file.diagnostic({ code: "DRV_PLANFILE_SYNTAX", message: `Cannot read plan file: ${found}`, hint, start });
}
