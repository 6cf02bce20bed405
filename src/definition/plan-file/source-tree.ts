import type { Event, ScalarEvent } from "js-yaml";
import { must } from "../../base/assert.ts";
import type { ScalarOddity } from "./core-scalar.ts";
import { sourceOffset } from "./scalar-offset.ts";
import type { SourceFile } from "./source-file.ts";

/** Way to a value: names of members and numbers of items. */
export type SourcePath = readonly (string | number)[];

/** A stretch of the text. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** Where the parts of one map or list stand: numbers of events. */
export interface Marks {
  readonly event: number;
  /** Of a map, in the order of the file. */
  readonly keys: readonly string[] | undefined;
  /** Of a map key and value in turn, of a list its items. */
  readonly children: readonly number[];
}

/** Where everything of a file stands. */
export interface TreeIndex {
  /** Plain data; what aliases repeat is one object. */
  readonly value: unknown;
  readonly events: readonly Event[];
  readonly root: number;
  readonly marks: ReadonlyMap<object, Marks>;
  /** By number of event. */
  readonly oddities: ReadonlyMap<number, ScalarOddity>;
}

// Numbers of `js-yaml`, which is loaded only when a file is read.
export const SCALAR = 4;
export const ALIAS = 5;
export const PLAIN = 1;
const SINGLE_QUOTED = 2;
const DOUBLE_QUOTED = 3;

/** A file that was read without noting where things stand; that is found out when somebody asks. */
export interface PlainFile {
  /** Plain data, in which the members of each map are in the order of the file. */
  readonly value: unknown;
  readonly makeIndex: () => TreeIndex;
}

/** The values of a file, and where each of them stands. */
export class SourceTree {
  readonly file: SourceFile;
  readonly value: unknown;
  /** Whether a value of the file may be the text of another one. */
  readonly namesFiles: boolean;
  readonly #makeIndex: (() => TreeIndex) | undefined;
  #index: TreeIndex | undefined;

  constructor(file: SourceFile, read: TreeIndex | PlainFile) {
    this.file = file;
    this.value = read.value;
    this.namesFiles = file.text.includes("$file");
    if ("makeIndex" in read) this.#makeIndex = read.makeIndex;
    else this.#index = read;
  }

  get #parts(): TreeIndex {
    this.#index ??= this.#makeIndex?.();
    return must(this.#index, "A tree is made with an index or with what makes one");
  }

  /** Members of a map in the order of the file, which objects lose for keys that look like numbers. */
  entries(map: object): readonly (readonly [string, unknown])[] {
    const { keys } = this.#index?.marks.get(map) ?? {};
    if (keys === undefined) return Object.entries(map);
    return keys.map((key) => [key, Object.getOwnPropertyDescriptor(map, key)?.value]);
  }

  /** Where a value stands, or as much of the way to it as there is. */
  rangeOf(path: SourcePath): SourceRange {
    return this.#rangeOfEvent(this.#find(path).value);
  }

  /** Where the key of a member stands; for items of lists their value. */
  keyRangeOf(path: SourcePath): SourceRange {
    const { key, value } = this.#find(path);
    return this.#rangeOfEvent(key ?? value);
  }

  /** Whether a path leads to something. */
  has(path: SourcePath): boolean {
    return this.#find(path).isWhole;
  }

  /** Where the character with number `index` of a text stands. */
  offsetIn(path: SourcePath, index: number): number {
    const event = this.#parts.events[this.#find(path).value];
    if (event?.type !== SCALAR) return this.rangeOf(path).start;
    return sourceOffset(this.file.text, event, index);
  }

  /** Whether a text stands without quotes, and what follows it on its line. */
  plainEndOf(path: SourcePath): number | undefined {
    const event = this.#parts.events[this.#find(path).value];
    return event?.type === SCALAR && event.style === PLAIN ? event.valueEnd : undefined;
  }

  /** Scalars that do not say what they seem to say. */
  oddities(): readonly { readonly oddity: ScalarOddity; readonly range: SourceRange; readonly text: string }[] {
    // What is odd is never read without an index.
    if (this.#index === undefined) return [];
    return [...this.#parts.oddities].map(([event, oddity]) => {
      const range = this.#rangeOfEvent(event);
      return { oddity, range, text: this.file.text.slice(range.start, range.end) };
    });
  }

  #find(path: SourcePath): { readonly value: number; readonly key: number | undefined; readonly isWhole: boolean } {
    let { value }: { value: unknown } = this.#parts;
    let at = this.#parts.root;
    let key: number | undefined;
    for (const step of path) {
      const marks = typeof value === "object" && value !== null ? this.#parts.marks.get(value) : undefined;
      if (marks === undefined || value === null) return { value: at, key, isWhole: false };
      const position = marks.keys === undefined ? Number(step) : marks.keys.indexOf(String(step));
      const child = marks.children[marks.keys === undefined ? position : 2 * position + 1];
      if (position < 0 || child === undefined) return { value: at, key, isWhole: false };
      key = marks.keys === undefined ? undefined : marks.children[2 * position];
      at = child;
      value = Object.getOwnPropertyDescriptor(value, step)?.value;
    }
    return { value: at, key, isWhole: true };
  }

  #rangeOfEvent(index: number): SourceRange {
    const event = this.#parts.events[index];
    if (event === undefined) return { start: 0, end: 1 };
    return rangeOfEvent(event, this.file.text);
  }
}

/** Where an event stands; quotes belong to it. */
export function rangeOfEvent(event: Event, text: string): SourceRange {
  if (event.type === SCALAR) return rangeOfScalar(event, text);
  if (event.type === ALIAS) return { start: event.anchorStart - 1, end: event.anchorEnd };
  if (!("start" in event)) return { start: 0, end: 1 };
  const lineEnd = text.indexOf("\n", event.start);
  const isFlow = event.style === 2;
  return { start: event.start, end: isFlow ? event.start + 1 : lineEnd === -1 ? text.length : lineEnd };
}

function rangeOfScalar(event: ScalarEvent, text: string): SourceRange {
  const { style, valueStart, valueEnd } = event;
  if (style === SINGLE_QUOTED || style === DOUBLE_QUOTED) return { start: valueStart - 1, end: valueEnd + 1 };
  if (style === PLAIN) return { start: valueStart, end: Math.max(valueEnd, valueStart) };
  const lineEnd = text.indexOf("\n", valueStart);
  const start = valueStart + Math.max(0, event.indent);
  return { start, end: Math.max(start, lineEnd === -1 ? valueEnd : lineEnd) };
}
