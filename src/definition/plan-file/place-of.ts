import type { SourcePosition } from "../../base/coded-error.ts";
import { LazyPosition, type PlaceFinder } from "../source-place.ts";
import type { SourcePath, SourceTree } from "./source-tree.ts";

/** Where a member of a definition stands when the file calls it otherwise. */
export type MemberNames = (first: string, rest: string) => SourcePosition | undefined;

const SAME_NAMES: MemberNames = () => undefined;

/**
 * The place of a part of a file, with those of everything inside it.
 *
 * @param names where members of the definition stand when the file calls them otherwise
 * @param isKey the place itself is the key, not the value
 */
export function placeOf(
  tree: SourceTree,
  path: SourcePath,
  { names = SAME_NAMES, isKey = false }: { readonly names?: MemberNames; readonly isKey?: boolean } = {},
): SourcePosition {
  return new LazyPosition(tree.file.name, new FilePlace(tree, path, { names, isKey }));
}

/** A class, because every task has some of them: closures would cost more than the rest of it. */
class FilePlace implements PlaceFinder {
  readonly #tree: SourceTree;
  readonly #path: SourcePath;
  readonly #names: MemberNames;
  readonly #isKey: boolean;

  constructor(
    tree: SourceTree,
    path: SourcePath,
    { names, isKey }: { readonly names: MemberNames; readonly isKey: boolean },
  ) {
    this.#tree = tree;
    this.#path = path;
    this.#names = names;
    this.#isKey = isKey;
  }

  find(): { readonly line: number; readonly column: number } {
    const range = this.#isKey ? this.#tree.keyRangeOf(this.#path) : this.#tree.rangeOf(this.#path);
    return this.#tree.file.positionOf(range.start);
  }

  member(member: string): SourcePosition {
    const tree = this.#tree;
    const path = this.#path;
    const dot = member.indexOf(".");
    const first = dot === -1 ? member : member.slice(0, dot);
    const rest = dot === -1 ? "" : member.slice(dot + 1);
    const named = this.#names(first, rest);
    if (named !== undefined) return named;
    const found = deepest(tree, path, member);
    // A member that is not there is missing in what should have it.
    const isMissing = found.length === path.length && this.#isKey;
    return isMissing ? placeOf(tree, path, { isKey: true }) : placeOf(tree, found);
  }

  character(index: number): SourcePosition {
    const { file } = this.#tree;
    const { line, column } = file.positionOf(this.#tree.offsetIn(this.#path, index));
    return { file: file.name, line, column };
  }

  key(): SourcePosition {
    return placeOf(this.#tree, this.#path, { names: this.#names, isKey: true });
  }

  isCutByComment(): boolean {
    const end = this.#tree.plainEndOf(this.#path);
    return end !== undefined && /^[ \t]+#/.test(this.#tree.file.text.slice(end, end + 200));
  }
}

/** As far along `names` (joined by dots, which keys may hold as well) as there is something. */
export function deepest(tree: SourceTree, path: SourcePath, names: string): SourcePath {
  if (names === "") return path;
  const steps = names.split(".");
  for (let count = steps.length; count > 0; count--) {
    const step = steps.slice(0, count).join(".");
    const next = [...path, step];
    if (tree.has(next)) return deepest(tree, next, steps.slice(count).join("."));
  }
  return path;
}
