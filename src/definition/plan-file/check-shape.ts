import type { ErrorCode } from "../../base/error-codes.ts";
import { parseDuration } from "../../base/duration.ts";
import { didYouMean } from "../../base/suggest.ts";
import { foundWords, wantedOf } from "./shape-words.ts";
import { type RecordShape, resolved, type Shape } from "./shape.ts";
import type { SourcePath, SourceTree } from "./source-tree.ts";

/** Something wrong at a place of a file. */
export interface ShapeProblem {
  readonly code: ErrorCode;
  readonly path: SourcePath;
  /** The key itself is wrong, not its value. */
  readonly isKey?: boolean;
  readonly message: string;
  readonly hint?: string;
}

export interface ShapeContext {
  readonly tree: SourceTree;
  readonly report: (problem: ShapeProblem) => void;
  /** What members are called in other tools, and here. */
  readonly foreignWords: ReadonlyMap<string, string>;
  /** More candidates for "did you mean" where operations may stand. */
  readonly openNames: () => Iterable<string>;
  /** Called for words that older tools read as truth values where they are what is meant. */
  readonly settle: (path: SourcePath) => void;
}

/** Stands for a value that was refused. */
export const REFUSED: unique symbol = Symbol("refused");

const TRUTH_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...["yes", "y", "on", "true"].map((word) => [word, true] as const),
  ...["no", "n", "off", "false"].map((word) => [word, false] as const),
]);

/**
 * Compares a value with the shape that its place needs. Everything wrong is reported with its place.
 * @returns the value without what was refused, or {@link REFUSED} when nothing is left
 */
export function checkShape(value: unknown, shape: Shape, context: ShapeContext, path: SourcePath = []): unknown {
  return new ShapeChecker(context, path).check(value, shape);
}

/** Names of required members by shape: there are few shapes and many maps. */
const required = new WeakMap<RecordShape, readonly string[]>();

function requiredOf(shape: RecordShape): readonly string[] {
  const known = required.get(shape);
  if (known !== undefined) return known;
  const names = Object.keys(shape.fields).filter((name) => shape.fields[name]?.isRequired === true);
  required.set(shape, names);
  return names;
}

class ShapeChecker {
  readonly #context: ShapeContext;
  readonly #path: (string | number)[];

  constructor(context: ShapeContext, path: SourcePath) {
    this.#context = context;
    this.#path = [...path];
  }

  check(value: unknown, given: Shape): unknown {
    const shape = resolved(given);
    switch (shape.kind) {
      case "text":
        if (typeof value !== "string") return this.#reject(value, shape);
        return shape.pattern === undefined || shape.pattern.test(value) ? value : this.#reject(value, shape);
      case "boolean":
        return typeof value === "boolean" ? value : this.#reject(value, shape);
      case "number":
        return this.#checkNumber(value, shape);
      case "duration":
        return typeof value === "string" && parseDuration(value).ok ? value : this.#reject(value, shape);
      case "choice":
        if (typeof value !== "string" || !shape.values.includes(value)) return this.#reject(value, shape);
        if (TRUTH_WORDS.has(value)) this.#context.settle([...this.#path]);
        return value;
      case "condition":
        return typeof value === "string" || typeof value === "boolean" ? value : this.#reject(value, shape);
      case "value":
        return value;
      case "list":
        return Array.isArray(value) ? this.#checkList(value, shape) : this.#reject(value, shape);
      case "map":
        return isMap(value) ? this.#checkMap(value, shape) : this.#reject(value, shape);
      case "record":
        return isMap(value) ? this.#checkRecord(value, shape) : this.#reject(value, shape);
      case "either": {
        const option = shape.options.find((candidate) => takes(candidate, value));
        return option === undefined ? this.#reject(value, shape) : this.check(value, option);
      }
    }
  }

  #checkNumber(value: unknown, shape: Extract<Shape, { readonly kind: "number" }>): unknown {
    const { isInteger, min = -Infinity, max = Infinity } = shape;
    const fits =
      typeof value === "number" && value >= min && value <= max && (!isInteger || Number.isSafeInteger(value));
    return fits ? value : this.#reject(value, shape);
  }

  #checkList(items: readonly unknown[], shape: Extract<Shape, { readonly kind: "list" }>): unknown {
    if (items.length < (shape.min ?? 0)) return this.#reject(items, shape, "is an empty list");
    const kept: unknown[] = [];
    for (const [index, item] of items.entries()) {
      this.#path.push(index);
      kept.push(this.check(item, shape.of));
      this.#path.pop();
    }
    return kept.includes(REFUSED) ? kept.filter((item) => item !== REFUSED) : kept;
  }

  #checkMap(given: object, shape: Extract<Shape, { readonly kind: "map" }>): unknown {
    const entries = this.#context.tree.entries(given);
    if (entries.length < (shape.min ?? 0)) return this.#reject(given, shape, "is an empty map");
    const kept = new Map<string, unknown>();
    for (const [name, member] of entries) this.#keep(kept, name, member, shape.of);
    return kept;
  }

  /** Members by name; of what was refused nothing is left. */
  #checkRecord(given: object, shape: RecordShape): unknown {
    const kept = new Map<string, unknown>();
    for (const [name, member] of this.#context.tree.entries(given)) {
      const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      if (field !== undefined) this.#keep(kept, name, member, field.shape);
      else if (shape.open?.accepts(name) === true) this.#keep(kept, name, member, shape.open.shape);
      else this.#rejectKey(name, shape);
    }
    for (const name of requiredOf(shape)) {
      if (!Object.hasOwn(given, name)) this.#rejectMissing(name, shape);
    }
    return kept;
  }

  #keep(kept: Map<string, unknown>, name: string, member: unknown, shape: Shape): void {
    this.#path.push(name);
    const checked = this.check(member, shape);
    if (checked !== REFUSED) kept.set(name, checked);
    this.#path.pop();
  }

  #rejectKey(name: string, shape: RecordShape): void {
    const foreign = this.#context.foreignWords.get(name.toLowerCase());
    const fields = Object.keys(shape.fields);
    const candidates = shape.open === undefined ? fields : [...fields, ...this.#context.openNames()];
    const isForeign =
      foreign !== undefined && (fields.includes(foreign.split(/[\s:]/)[0] ?? "") || shape.open !== undefined);
    const listed =
      fields.length <= 12 ? `Known are ${fields.join(", ")}` : `See "drover explain ${this.#explained(shape)}"`;
    const hint = isForeign ? `Here it is called ${foreign}` : (didYouMean(name, candidates) ?? listed);
    this.#context.report({
      code: "DRV_PLANFILE_KEY_UNKNOWN",
      path: [...this.#path, name],
      isKey: true,
      message: `Cannot read ${this.#place(shape)}: it has no member ${JSON.stringify(name.slice(0, 80))}`,
      hint,
    });
  }

  #rejectMissing(name: string, shape: RecordShape): void {
    const field = shape.fields[name];
    const example = field?.example === undefined ? "" : `: ${JSON.stringify(field.example)}`;
    this.#context.report({
      code: "DRV_PLANFILE_KEY_MISSING",
      path: [...this.#path],
      isKey: this.#path.length > 0,
      message: `Cannot read ${this.#place(shape)}: ${name} is missing`,
      hint: `Add ${name}${example}`,
    });
  }

  #reject(value: unknown, shape: Shape, found?: string): typeof REFUSED {
    const name = this.#path.length === 0 ? "the file" : shownPath(this.#path);
    const message = `Cannot read ${name}: it ${found ?? `is ${foundWords(value)}`}, and ${wantedOf(shape)} is needed`;
    const hint = this.#hintFor(value, shape);
    this.#context.report({
      code: "DRV_PLANFILE_VALUE_INVALID",
      path: [...this.#path],
      isKey: value === null || value === undefined,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
    return REFUSED;
  }

  #hintFor(value: unknown, given: Shape): string | undefined {
    const shape = resolved(given);
    const options = (shape.kind === "either" ? shape.options : [shape]).map(resolved);
    const takesText = options.find(({ kind }) => kind === "text" || kind === "choice");
    if (value === null || value === undefined)
      return "Write a value after the colon, indented when it is on its own lines";
    if (typeof value === "string") {
      const truth = TRUTH_WORDS.get(value.toLowerCase());
      if (options.some(({ kind }) => kind === "boolean") && truth !== undefined)
        return `Write ${truth}, without quotes`;
      const choices = options.flatMap((option) => (option.kind === "choice" ? option.values : []));
      const likely = didYouMean(value, choices);
      if (likely !== undefined) return likely;
      if (options.some(({ kind }) => kind === "number") && value.trim() !== "" && Number.isFinite(Number(value)))
        return "Write it without quotes";
      if (options.some(({ kind }) => kind === "duration"))
        return 'Write numbers with units d, h, m, s or ms, such as "1h30m"';
      if (options.some(({ kind }) => kind === "list")) return `Write it as a list: [${value.slice(0, 60)}]`;
      return undefined;
    }
    if (typeof value === "number" || typeof value === "boolean") {
      const { start, end } = this.#context.tree.rangeOf(this.#path);
      const written = this.#context.tree.file.text.slice(start, end).slice(0, 60);
      if (options.some(({ kind }) => kind === "duration")) return `Add a unit: "${written}s"`;
      return takesText === undefined ? undefined : `Quote it: "${written}"`;
    }
    return undefined;
  }

  #place(shape: RecordShape): string {
    return this.#path.length === 0 ? `the ${shape.word}` : `${shape.word} ${shownPath(this.#path)}`;
  }

  #explained(shape: RecordShape): string {
    return shape.word === "task" || shape.word === "step" ? "tasks" : shape.word;
  }
}

/** A path as people write it: `tasks.web.needs[0]`. */
export function shownPath(path: SourcePath): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${shownStep(step)}`))
    .join("");
}

function shownStep(step: string): string {
  const text = step.slice(0, 80);
  return /^[\w-]+$/.test(text) ? text : JSON.stringify(text);
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a shape is for values of this type. */
function takes(given: Shape, value: unknown): boolean {
  const shape = resolved(given);
  switch (shape.kind) {
    case "text":
    case "choice":
    case "duration":
      return typeof value === "string";
    case "condition":
      return typeof value === "string" || typeof value === "boolean";
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "value":
      return true;
    case "list":
      return Array.isArray(value);
    case "map":
    case "record":
      return isMap(value);
    case "either":
      return shape.options.some((option) => takes(option, value));
  }
}
