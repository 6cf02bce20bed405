import { hasCharacter, type CharacterClass } from "./pattern-class.ts";
import type { PatternNode } from "./parse-pattern.ts";

/** One instruction of a compiled pattern. `split` goes on at two places at once. */
type State =
  | { readonly kind: "class"; readonly characters: CharacterClass }
  | { readonly kind: "start" | "end" | "match" }
  | { readonly kind: "split"; readonly targets: number[] };

/**
 * Whether a pattern is found anywhere in a text. All ways through the pattern are followed at the same time, one
 * character after the other, so that no pattern takes longer than its states times the characters of the text.
 *
 * @param spend Asked for each step of work; `false` ends the test, which answers `undefined` then
 */
export function testPattern(
  pattern: PatternNode,
  text: string,
  spend: (steps: number) => boolean,
): boolean | undefined {
  const states: State[] = [];
  emit(pattern, states);
  states.push({ kind: "match" });
  if (!spend(states.length)) return undefined;
  let active = new Set<number>();
  let at = 0;
  for (;;) {
    addState(active, states, { state: 0, isStart: at === 0, isEnd: at >= text.length });
    if (active.has(states.length - 1)) return true;
    const codePoint = text.codePointAt(at);
    if (codePoint === undefined) return false;
    if (!spend(1 + active.size)) return undefined;
    at += codePoint > 0xffff ? 2 : 1;
    const next = new Set<number>();
    for (const index of active) {
      const state = states[index];
      if (state?.kind === "class" && hasCharacter(state.characters, codePoint)) {
        addState(next, states, { state: index + 1, isStart: false, isEnd: at >= text.length });
      }
    }
    active = next;
  }
}

interface Position {
  readonly state: number;
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

/** Adds a state with all that can be reached from it without reading a character. */
function addState(active: Set<number>, states: readonly State[], { state, isStart, isEnd }: Position): void {
  const open = [state];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (active.has(index)) continue;
    active.add(index);
    const found = states[index];
    if (found?.kind === "split") open.push(...found.targets);
    if ((found?.kind === "start" && isStart) || (found?.kind === "end" && isEnd)) open.push(index + 1);
  }
}

/** Writes the states of a pattern behind those that are there; it is left by going behind its last state. */
function emit(node: PatternNode, states: State[]): void {
  switch (node.kind) {
    case "empty":
      return;
    case "class":
      states.push({ kind: "class", characters: node.characters });
      return;
    case "start":
    case "end":
      states.push({ kind: node.kind });
      return;
    case "sequence":
      for (const part of node.parts) emit(part, states);
      return;
    case "choice":
      return emitChoice(node.parts, states);
    case "repeat":
      return emitRepeat(node, states);
  }
}

function emitChoice(parts: readonly PatternNode[], states: State[]): void {
  const fork: State & { kind: "split" } = { kind: "split", targets: [] };
  states.push(fork);
  const exits: number[][] = [];
  for (const part of parts) {
    fork.targets.push(states.length);
    emit(part, states);
    const exit: number[] = [];
    states.push({ kind: "split", targets: exit });
    exits.push(exit);
  }
  for (const exit of exits) exit.push(states.length);
}

function emitRepeat({ part, min, max }: PatternNode & { kind: "repeat" }, states: State[]): void {
  for (let count = 0; count < min; count++) emit(part, states);
  if (max === Infinity) {
    const loop: number[] = [];
    const start = states.length;
    states.push({ kind: "split", targets: loop });
    emit(part, states);
    states.push({ kind: "split", targets: [start] });
    loop.push(start + 1, states.length);
    return;
  }
  const exits: number[][] = [];
  for (let count = min; count < max; count++) {
    const fork: number[] = [states.length + 1];
    states.push({ kind: "split", targets: fork });
    exits.push(fork);
    emit(part, states);
  }
  for (const exit of exits) exit.push(states.length);
}
