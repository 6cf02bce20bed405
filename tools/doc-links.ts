import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";

export interface PageLinks {
  readonly linkCount: number;
  /** Files of the repository that the page leads to. */
  readonly targets: readonly string[];
  readonly problems: readonly string[];
}

/** The links of a Markdown file that lead into the repository, and what is wrong with them. */
export function pageLinks(root: string, file: string): PageLinks {
  const text = withoutCode(readFileSync(join(root, file), "utf8"));
  const links = [...text.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map((match) => ({
    target: match[1] ?? "",
    line: text.slice(0, match.index).split("\n").length,
  }));
  const inner = links.filter(({ target }) => !/^[a-z]+:/.test(target));
  const problems = inner.flatMap(({ target, line }) => {
    const problem = judgeTarget(root, file, target);
    return problem === undefined ? [] : [`${file}:${line}: the link "${target}" ${problem}`];
  });
  const targets = inner.map(({ target }) => pathOf(file, target)).filter((path) => path !== file);
  return { linkCount: inner.length, targets, problems };
}

/** The file a link of `file` leads to, relative to the repository. */
function pathOf(file: string, target: string): string {
  const [path = ""] = target.split("#");
  return path === "" ? file : posix.join(posix.dirname(file), path);
}

function judgeTarget(root: string, file: string, target: string): string | undefined {
  const [, anchor] = target.split("#");
  const wanted = pathOf(file, target);
  if (wanted.startsWith("..")) return "leads out of the repository";
  if (!existsSync(join(root, wanted))) return "leads to nothing";
  if (anchor === undefined || statSync(join(root, wanted)).isDirectory()) return undefined;
  return anchors(readFileSync(join(root, wanted), "utf8")).has(anchor) ? undefined : "names no heading there";
}

/** Anchors that headings get: lower case, punctuation dropped, spaces to dashes, repeats numbered. */
function anchors(text: string): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const [, heading = ""] of withoutCode(text).matchAll(/^#{1,6}\s+(.*)$/gm)) {
    const plain = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .trim()
      .toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    let unique = anchor;
    for (let count = 1; seen.has(unique); count++) unique = `${anchor}-${count}`;
    seen.add(unique);
  }
  return seen;
}

/** Blanks fenced blocks and inline code without moving lines; headings keep the words of inline code. */
function withoutCode(text: string): string {
  return text
    .replace(/^( {0,3})(`{3,})[^\n]*\n[\s\S]*?^ {0,3}\2\s*$/gm, (block) => block.replace(/[^\n]/g, " "))
    .replace(/^(?!#).*$/gm, (line) => line.replace(/`[^`]*`/g, (code) => " ".repeat(code.length)));
}
