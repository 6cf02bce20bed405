import { type DurationInput, parseDuration } from "../base/duration.ts";
import { didYouMean } from "../base/suggest.ts";
import { shown } from "../definition/task-input.ts";
import { memberOf, type Place, positionOf, type Problems } from "./problems.ts";

/** Bounds of a number, both included. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Default true. */
  readonly isInteger?: boolean;
}

/**
 * Reads values that a definition promises but nobody has checked: what is wrong becomes a problem of `place`, and
 * `undefined` the value. Absent values are `undefined` without a problem.
 */
export class ValueReader {
  readonly #problems: Problems;
  readonly #place: Place;

  constructor(problems: Problems, place: Place) {
    this.#problems = problems;
    this.#place = place;
  }

  number(member: string, value: unknown, { min, max, isInteger = true }: NumberRange): number | undefined {
    if (value === undefined) return undefined;
    const fits =
      typeof value === "number" && value >= min && value <= max && (isInteger ? Number.isSafeInteger(value) : true);
    return fits ? value : this.#reject(member, value, `${isInteger ? "an integer" : "a number"} from ${min} to ${max}`);
  }

  duration(
    member: string,
    value: unknown,
    { isPositive = false }: { readonly isPositive?: boolean } = {},
  ): number | undefined {
    if (value === undefined) return undefined;
    if (!isDurationInput(value)) return this.#reject(member, value, 'a duration such as "30s"');
    const parsed = parseDuration(value);
    if (parsed.ok && (parsed.value > 0 || !isPositive)) return parsed.value;
    if (parsed.ok) return this.#reject(member, value, "a duration above 0");
    const place = memberOf(this.#place, member);
    this.#problems.push({ ...parsed.error, message: inPlace(place, parsed.error.message), at: positionOf(place) });
    return undefined;
  }

  text(member: string, value: unknown): string | undefined {
    if (value === undefined || typeof value === "string") return value;
    return this.#reject(member, value, "text");
  }

  boolean(member: string, value: unknown): boolean | undefined {
    if (value === undefined || typeof value === "boolean") return value;
    return this.#reject(member, value, "true or false");
  }

  oneOf<Choice extends string>(member: string, value: unknown, choices: readonly Choice[]): Choice | undefined {
    if (value === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === value);
    return choice ?? this.#reject(member, value, `one of ${choices.map((candidate) => `"${candidate}"`).join(", ")}`);
  }

  list(member: string, value: unknown): readonly unknown[] | undefined {
    if (value === undefined) return undefined;
    const items: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
    return items ?? this.#reject(member, value, "a list");
  }

  /** Text items of a list. */
  texts(member: string, value: unknown): readonly string[] | undefined {
    const items = this.list(member, value);
    if (items === undefined) return undefined;
    return items.every((item) => typeof item === "string") ? items : this.#reject(member, value, "a list of text");
  }

  /**
   * Members of an object, in their order. Those that are not among `known` are refused: types do that too, and programs
   * without types would lose them.
   */
  members(
    member: string,
    value: unknown,
    known?: readonly string[],
  ): readonly (readonly [string, unknown])[] | undefined {
    if (value === undefined) return undefined;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return this.#reject(member, value, "an object");
    }
    const members = Object.entries(value);
    if (known !== undefined)
      for (const [name] of members) if (!known.includes(name)) this.#unknown(member, name, known);
    return members;
  }

  #unknown(member: string, name: string, known: readonly string[]): void {
    const hint = didYouMean(name, known) ?? `Use ${known.join(", ")}`;
    const place = memberOf(memberOf(this.#place, member), name);
    this.#problems.add("DRV_PLAN_OPTION_UNKNOWN", place, `${shown(name)} is no member of ${member}`, { hint });
  }

  #reject(member: string, found: unknown, wanted: string): undefined {
    this.#problems.add(
      "DRV_PLAN_VALUE_INVALID",
      memberOf(this.#place, member),
      `${member} is ${shown(found)}, and ${wanted} is needed`,
    );
    return undefined;
  }
}

function isDurationInput(value: unknown): value is DurationInput {
  return typeof value === "string" || typeof value === "number";
}

/** `Cannot read duration …` as the reason of what could not be compiled. */
function inPlace(place: Place, message: string): string {
  return `Cannot compile ${place.subject}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
