import type { SourcePosition } from "../../base/coded-error.ts";
import { lazyPosition } from "../source-place.ts";
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
  return lazyPosition(tree.file.name, {
    find: () => tree.file.positionOf(isKey ? tree.keyRangeOf(path).start : tree.rangeOf(path).start),
    member: (member) => {
      const dot = member.indexOf(".");
      const first = dot === -1 ? member : member.slice(0, dot);
      const rest = dot === -1 ? "" : member.slice(dot + 1);
      const named = names(first, rest);
      if (named !== undefined) return named;
      const found = deepest(tree, path, member);
      // A member that is not there is missing in what should have it.
      return found.length === path.length && isKey ? placeOf(tree, path, { isKey }) : placeOf(tree, found);
    },
    character: (index) => {
      const { line, column } = tree.file.positionOf(tree.offsetIn(path, index));
      return { file: tree.file.name, line, column };
    },
    key: () => placeOf(tree, path, { names, isKey: true }),
    isCutByComment: () => {
      const end = tree.plainEndOf(path);
      return end !== undefined && /^[ \t]+#/.test(tree.file.text.slice(end, end + 200));
    },
  });
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
