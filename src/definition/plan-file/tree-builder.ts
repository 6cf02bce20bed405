import type { Event, ScalarEvent } from "js-yaml";
import { plainScalar, type ScalarOddity } from "./core-scalar.ts";
import type { Finding, SourceFile } from "./source-file.ts";
import { ALIAS, type Marks, PLAIN, rangeOfEvent, SCALAR, type TreeIndex } from "./source-tree.ts";

/** Values one file may stand for, those that aliases repeat included. */
const VALUES_MAX = 1_000_000;
/** Aliases of one file. */
const ALIASES_MAX = 100;

export interface BuilderInput {
  readonly file: SourceFile;
  readonly events: readonly Event[];
  /** The text of a scalar with escapes and folded lines. */
  readonly decode: (source: string, event: ScalarEvent) => string;
  readonly report: (finding: Finding) => void;
}

interface Open {
  readonly event: number;
  readonly value: Record<string, unknown> | unknown[];
  readonly keys: string[] | undefined;
  /** Position of each key, so that a large map is read in one pass. */
  readonly positions: Map<string, number>;
  readonly children: number[];
  readonly anchor: string | undefined;
  /** Of a map: the key whose value comes next. */
  key: string | null | undefined;
  /** Values in it, itself included. */
  weight: number;
  /** Its value belongs nowhere: what it is in was a key, or its key was refused. */
  readonly isLost: boolean;
}

interface Anchored {
  readonly value: unknown;
  readonly weight: number;
}

/** The key under which a value is kept that has none that could be used. */
const LOST_KEY = null;

/**
 * Makes plain data of the events of a parsed file: by the core schema of YAML 1.2, without merge keys and without types of
 * programs. Everything that is no plan whatever it says is reported: keys given twice or that are no text, tags, aliases
 * without anchor or without end.
 */
export class TreeBuilder {
  readonly #input: BuilderInput;
  readonly #marks = new Map<object, Marks>();
  readonly #oddities = new Map<number, ScalarOddity>();
  readonly #anchors = new Map<string, Anchored>();
  readonly #open: Open[] = [];
  #root: { readonly value: unknown; readonly event: number } | undefined;
  #documentCount = 0;
  #aliasCount = 0;
  #isTooLarge = false;

  constructor(input: BuilderInput) {
    this.#input = input;
  }

  build(): TreeIndex {
    const { events } = this.#input;
    for (let index = 0; index < events.length && !this.#isTooLarge; index++) {
      const event = events[index];
      if (event !== undefined) this.#take(event, index);
    }
    const root = this.#root ?? { value: null, event: -1 };
    return { value: root.value, root: root.event, events, marks: this.#marks, oddities: this.#oddities };
  }

  #take(event: Event, index: number): void {
    switch (event.type) {
      case 1:
        this.#documentCount++;
        if (this.#documentCount === 2) this.#rejectSecondDocument(index);
        return;
      case 2:
      case 3:
        this.#begin(event, index);
        return;
      case 4:
        this.#takeScalar(event, index);
        return;
      case 5:
        this.#takeAlias(event, index);
        return;
      case 6:
        this.#end();
        return;
      default:
        throw new TypeError("The parser sends no other events");
    }
  }

  #begin(event: Event & { readonly type: 2 | 3 }, index: number): void {
    this.#checkTag(event, event.type === 2 ? "seq" : "map");
    const isKey = this.#isKeyNext();
    if (isKey) this.#reject(event, "a list or a map stands as a key", "Write a text as the key");
    const isMap = event.type === 3;
    this.#open.push({
      event: index,
      value: isMap ? {} : [],
      keys: isMap ? [] : undefined,
      positions: new Map(),
      children: [],
      anchor: this.#anchorOf(event),
      key: undefined,
      weight: 1,
      isLost: isKey,
    });
  }

  #end(): void {
    const done = this.#open.pop();
    // The end of a document.
    if (done === undefined) return;
    this.#marks.set(done.value, { event: done.event, keys: done.keys, children: done.children });
    if (done.anchor !== undefined) this.#anchors.set(done.anchor, { value: done.value, weight: done.weight });
    if (!done.isLost) this.#attach(done.value, done.event, done.weight);
    else this.#setKey(LOST_KEY, done.event);
  }

  #takeScalar(event: ScalarEvent, index: number): void {
    const { file, decode } = this.#input;
    const text = event.fast ? file.text.slice(event.valueStart, event.valueEnd) : decode(file.text, event);
    if (this.#isKeyNext()) {
      this.#takeKey(event, index, text);
      return;
    }
    const value = this.#valueOf(event, index, text);
    const anchor = this.#anchorOf(event);
    if (anchor !== undefined) this.#anchors.set(anchor, { value, weight: 1 });
    this.#attach(value, index, 1);
  }

  #valueOf(event: ScalarEvent, index: number, text: string): unknown {
    const tag = this.#checkTag(event, "str", "int", "float", "bool", "null");
    if (tag === "str" || (event.style !== PLAIN && tag === undefined)) return text;
    const { value, oddity } = plainScalar(text);
    if (oddity !== undefined && tag === undefined) this.#oddities.set(index, oddity);
    return value;
  }

  #takeKey(event: ScalarEvent, index: number, text: string): void {
    const tag = this.#checkTag(event, "str");
    const value = event.style === PLAIN && tag === undefined ? plainScalar(text).value : text;
    if (text === "<<" && event.style === PLAIN) {
      const hint = "Merge keys are not part of YAML 1.2: write the members out, or use `defaults`";
      this.#reject(event, "it uses a merge key", hint);
      this.#setKey(LOST_KEY, index);
      return;
    }
    if (typeof value !== "string") {
      const shown =
        text === "" ? "an empty key" : `the key ${text}, which is ${value === null ? "null" : `a ${typeof value}`}`;
      this.#reject(event, `it has ${shown}, and text is needed`, `Quote it: "${text}"`);
    }
    const { positions, children } = this.#open.at(-1) ?? {};
    const before = positions?.get(text);
    if (before === undefined) this.#setKey(text, index);
    else {
      const first = this.#input.events[children?.[2 * before] ?? -1];
      const { line } = this.#input.file.positionOf(first === undefined ? 0 : rangeOfEvent(first, "").start);
      this.#reject(
        event,
        `the key ${JSON.stringify(text)} is given twice`,
        `It stands first on line ${line}; keep one`,
      );
      this.#setKey(LOST_KEY, index);
    }
  }

  #setKey(key: string | null, index: number): void {
    const map = this.#open.at(-1);
    if (map === undefined) return;
    map.key = key;
    if (key !== LOST_KEY) {
      map.positions.set(key, map.positions.size);
      map.keys?.push(key);
      map.children.push(index);
    }
  }

  #takeAlias(event: Event & { readonly type: 5 }, index: number): void {
    const name = this.#input.file.text.slice(event.anchorStart, event.anchorEnd);
    this.#aliasCount++;
    if (this.#aliasCount === ALIASES_MAX + 1) {
      this.#limit(event, `it has more than ${ALIASES_MAX} aliases`, "Use `defaults`, `foreach` or `include` instead");
    }
    const anchored = this.#anchors.get(name);
    if (anchored === undefined) {
      const isInside = this.#open.some(({ anchor }) => anchor === name);
      const found = isInside ? `"${name}" stands inside itself` : `no anchor is called "${name}"`;
      this.#reject(
        event,
        found,
        isInside ? "Remove the alias" : `Write &${name} at the value to repeat, before this place`,
      );
    }
    if (this.#isKeyNext()) this.#setKey(LOST_KEY, index);
    else this.#attach(anchored?.value ?? null, index, anchored?.weight ?? 1);
  }

  #attach(value: unknown, event: number, weight: number): void {
    const holder = this.#open.at(-1);
    if (holder === undefined) {
      if (this.#documentCount === 1) this.#root = { value, event };
      return;
    }
    holder.weight += weight;
    if (holder.weight > VALUES_MAX) {
      const found = this.#input.events[event];
      if (found !== undefined) this.#limit(found, `it stands for more than ${VALUES_MAX} values`, "Use fewer aliases");
      return;
    }
    if (Array.isArray(holder.value)) {
      holder.value.push(value);
      holder.children.push(event);
      return;
    }
    const { key } = holder;
    holder.key = undefined;
    if (key === undefined || key === LOST_KEY) return;
    holder.children.push(event);
    if (key === "__proto__") {
      Object.defineProperty(holder.value, key, { value, enumerable: true, writable: true, configurable: true });
    } else holder.value[key] = value;
  }

  #isKeyNext(): boolean {
    const map = this.#open.at(-1);
    return map?.keys !== undefined && map.key === undefined;
  }

  #anchorOf({
    anchorStart,
    anchorEnd,
  }: {
    readonly anchorStart: number;
    readonly anchorEnd: number;
  }): string | undefined {
    return anchorStart === -1 ? undefined : this.#input.file.text.slice(anchorStart, anchorEnd);
  }

  /** The kind that a tag names, when it is one of `allowed`; any other is refused. */
  #checkTag(event: Event & { readonly tagStart: number; readonly tagEnd: number }, ...allowed: readonly string[]) {
    if (event.tagStart === -1) return undefined;
    const tag = this.#input.file.text.slice(event.tagStart, event.tagEnd);
    const kind = allowed.find((name) => tag === `!!${name}` || tag === `!<tag:yaml.org,2002:${name}>`);
    if (kind !== undefined || tag === "!") return kind;
    const message = `Cannot read plan file: the tag ${tag.slice(0, 80)} has no meaning here`;
    const range = { start: event.tagStart, end: event.tagEnd };
    this.#input.report({ code: "DRV_PLANFILE_SYNTAX", message, hint: "Remove the tag", ...range });
    return undefined;
  }

  #rejectSecondDocument(index: number): void {
    const next = this.#input.events.slice(index + 1).find((event) => event.type === SCALAR || "start" in event);
    const { start } = next === undefined ? { start: 0 } : rangeOfEvent(next, "");
    const before = this.#input.file.text.lastIndexOf("\n---", start);
    const message = "Cannot read plan file: it holds a second document";
    const hint = "Write each plan into a file of its own";
    this.#input.report({
      code: "DRV_PLANFILE_SYNTAX",
      message,
      hint,
      start: before === -1 ? start : before + 1,
      end: start,
    });
  }

  #reject(event: Event, found: string, hint: string): void {
    const range = rangeOfEvent(event, this.#input.file.text);
    const isAlias = event.type === ALIAS;
    const isDuplicate = found.endsWith("is given twice");
    const code = isDuplicate && !isAlias ? "DRV_PLANFILE_KEY_DUPLICATE" : "DRV_PLANFILE_SYNTAX";
    this.#input.report({ code, message: `Cannot read plan file: ${found}`, hint, ...range });
  }

  #limit(event: Event, found: string, hint: string): void {
    const range = rangeOfEvent(event, this.#input.file.text);
    this.#input.report({ code: "DRV_PLANFILE_LIMIT", message: `Cannot read plan file: ${found}`, hint, ...range });
    this.#isTooLarge = true;
  }
}
