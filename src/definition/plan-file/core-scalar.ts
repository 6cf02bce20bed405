/** What a plain scalar says, and what is odd about it. */
export interface PlainScalar {
  readonly value: string | number | boolean | null;
  readonly oddity?: ScalarOddity;
}

/**
 * `octal`: digits after a zero, which older tools read as octal. `word`: a word that older tools read as a truth value.
 * `large`: a number that loses digits. `infinite`: a number that JSON does not have.
 */
export type ScalarOddity = "octal" | "word" | "large" | "infinite";

const INTEGER = /^[-+]?\d+$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const OTHER_BASE = /^0o[0-7]+$|^0x[\da-fA-F]+$/;
const INFINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const OLD_TRUTH = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/;

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["", null],
  ["~", null],
  ["null", null],
  ["Null", null],
  ["NULL", null],
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
]);

/** Reads an unquoted scalar by the core schema of YAML 1.2. */
export function plainScalar(text: string): PlainScalar {
  const first = text.charCodeAt(0);
  const mayBeNumber = (first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2b || first === 0x2e;
  if (mayBeNumber) return numberOrText(text);
  if (text.length > 5) return { value: text };
  const word = WORDS.get(text);
  if (word !== undefined) return { value: word };
  return OLD_TRUTH.test(text) ? { value: text, oddity: "word" } : { value: text };
}

/** Whether the number is the one that was written. */
function isExact(text: string, value: number): boolean {
  return Number.isSafeInteger(value) || String(value) === text;
}

function numberOrText(text: string): PlainScalar {
  if (INTEGER.test(text)) {
    const value = Number(text);
    if (!isExact(text, value)) return { value: text, oddity: "large" };
    return /^[-+]?0\d/.test(text) ? { value, oddity: "octal" } : { value };
  }
  if (FLOAT.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? { value } : { value: text, oddity: "infinite" };
  }
  if (OTHER_BASE.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? { value } : { value: text, oddity: "large" };
  }
  return INFINITE.test(text) ? { value: text, oddity: "infinite" } : { value: text };
}
