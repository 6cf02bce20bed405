/** A fenced block of code in a Markdown file. */
export interface DocBlock {
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** Why the block is not run: ` ```sh no-run: needs a second machine `. */
  readonly noRunReason?: string;
  /** Name under which the block is kept for the blocks after it: ` ```ts file=plan.ts `. */
  readonly savedAs?: string;
  /** Exit code the block must end with: ` ```sh exit=4 `. */
  readonly exitCode: number;
}

/** Finds the fenced blocks of a Markdown text. */
export function docBlocks(file: string, text: string): readonly DocBlock[] {
  const blocks: DocBlock[] = [];
  let open:
    | { readonly fence: string; readonly info: string; readonly line: number; readonly lines: string[] }
    | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^ {0,3}(`{3,})\s*(.*)$/.exec(line);
    if (open === undefined) {
      if (fence !== null) open = { fence: fence[1] ?? "", info: fence[2] ?? "", line: index + 1, lines: [] };
    } else if (fence?.[1] === open.fence && fence[2] === "") {
      blocks.push(readBlock(file, open));
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the block is never closed`);
  return blocks;
}

function readBlock(
  file: string,
  { info, line, lines }: { readonly info: string; readonly line: number; readonly lines: readonly string[] },
): DocBlock {
  const [language = "", ...rest] = info.trim().split(/\s+/);
  const options = rest.join(" ");
  const noRunReason = /\bno-run: (\S.*)$/.exec(options)?.[1];
  const savedAs = /\bfile=(\S+)/.exec(options)?.[1];
  if (/\bno-run\b/.test(options) && noRunReason === undefined) {
    throw new Error(`${file}:${line}: a block that is not run says why: "no-run: REASON"`);
  }
  return {
    file,
    line,
    language,
    code: `${lines.join("\n")}\n`,
    ...(noRunReason === undefined ? {} : { noRunReason }),
    ...(savedAs === undefined ? {} : { savedAs }),
    exitCode: Number(/\bexit=(\d+)/.exec(options)?.[1] ?? 0),
  };
}
