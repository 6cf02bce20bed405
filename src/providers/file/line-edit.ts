import type { FileLineParams } from "../../operation/catalog/file.ts";

export interface LineEdit {
  readonly text: string;
  /** Lines added, replaced or removed; 0 means the text is as it was. */
  readonly lineCount: number;
}

type LineWanted = Pick<FileLineParams, "line" | "match" | "state" | "insertAfter" | "insertBefore">;

/**
 * Makes a text contain a line, or not. Doing it again changes nothing, whatever the expressions are.
 *
 * Lines end with `\n` or `\r\n`; a new line gets the end that the first line has. A last line without an end gets one
 * only when a line is added behind it.
 */
export function editLines(text: string, wanted: LineWanted): LineEdit {
  const lines = text === "" ? [] : text.split(/(?<=\n)/);
  const edited = wanted.state === "absent" ? withoutLines(lines, wanted) : withLine(lines, wanted);
  return { text: edited.lines.join(""), lineCount: edited.lineCount };
}

interface EditedLines {
  readonly lines: readonly string[];
  readonly lineCount: number;
}

function withoutLines(lines: readonly string[], { line, match }: LineWanted): EditedLines {
  const isRemoved = match === undefined ? (content: string) => content === line : matcher(match);
  const kept = lines.filter((each) => !isRemoved(contentOf(each)));
  return { lines: kept, lineCount: lines.length - kept.length };
}

function withLine(lines: readonly string[], wanted: LineWanted): EditedLines {
  const line = wanted.line ?? "";
  const contents = lines.map(contentOf);
  const matches = wanted.match === undefined ? undefined : matcher(wanted.match);
  const index = matches === undefined ? contents.lastIndexOf(line) : contents.findLastIndex(matches);
  const isThere = contents[index] === line;
  // A line that its own expression does not match would be added again and again if only matches counted.
  const isThereUnmatched = matches !== undefined && !matches(line) && contents.includes(line);
  if (isThere || isThereUnmatched) return { lines, lineCount: 0 };
  const changed = [...lines];
  if (index >= 0) changed[index] = line + replacedEnd(lines, index, line);
  else insert(changed, line, placeFor(contents, wanted));
  return { lines: changed, lineCount: 1 };
}

function placeFor(contents: readonly string[], { insertAfter, insertBefore }: LineWanted): number {
  if (insertBefore !== undefined) {
    const before = contents.findIndex(matcher(insertBefore));
    return before === -1 ? contents.length : before;
  }
  const after = insertAfter === undefined ? -1 : contents.findLastIndex(matcher(insertAfter));
  return after === -1 ? contents.length : after + 1;
}

/** An empty line without an end would be no line at all. */
function replacedEnd(lines: readonly string[], index: number, line: string): string {
  const end = endOf(lines[index] ?? "");
  return end === "" && line === "" ? newEnd(lines) : end;
}

function newEnd(lines: readonly string[]): string {
  return endOf(lines[0] ?? "") || "\n";
}

function insert(lines: string[], line: string, place: number): void {
  const end = newEnd(lines);
  const previous = lines[place - 1];
  if (previous !== undefined && endOf(previous) === "") lines[place - 1] = previous + end;
  lines.splice(place, 0, line + end);
}

function matcher(source: string): (content: string) => boolean {
  const expression = new RegExp(source, "u");
  return (content) => expression.test(content);
}

function contentOf(line: string): string {
  return line.slice(0, line.length - endOf(line).length);
}

function endOf(line: string): "" | "\n" | "\r\n" {
  if (line.endsWith("\r\n")) return "\r\n";
  return line.endsWith("\n") ? "\n" : "";
}
