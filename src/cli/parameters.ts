import { codedError, fromThrown, type CodedError } from "../base/coded-error.ts";
import { toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";

/** More does not fit a command line anyway. */
const PARAMETER_BYTES_MAX = 16 * 1024 * 1024;
const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

/**
 * Reads the arguments that set parameters: `name=text`, or `name:=json` for a value that is not text.
 * The types a plan declares are applied later, by whoever binds the parameters.
 * @returns values by name, or every `DRV_CLI_PARAMETER_INVALID`
 */
export function parseParameters(words: readonly string[]): Result<JsonObject, readonly CodedError[]> {
  const values = new Map<string, JsonValue>();
  const problems: CodedError[] = [];
  for (const word of words) {
    const parsed = parseWord(word);
    if (!parsed.ok) problems.push(parsed.error);
    else if (values.has(parsed.value.name)) problems.push(invalid(word, `"${parsed.value.name}" is given twice`));
    else values.set(parsed.value.name, parsed.value.value);
  }
  // `Object.fromEntries` defines members, so that even "__proto__" is an ordinary name.
  return problems.length > 0 ? err(problems) : ok(Object.fromEntries(values));
}

function parseWord(word: string): Result<{ readonly name: string; readonly value: JsonValue }, CodedError> {
  const at = word.indexOf("=");
  if (at === -1) return err(invalid(word, "it has no ="));
  const isJson = word[at - 1] === ":";
  const name = word.slice(0, isJson ? at - 1 : at);
  const text = word.slice(at + 1);
  if (!NAME.test(name)) return err(invalid(word, `"${name.slice(0, 80)}" is not a parameter name`));
  if (!isJson) return ok({ name, value: text });
  try {
    const parsed: unknown = JSON.parse(text);
    const converted = toJson(parsed, { bytesMax: PARAMETER_BYTES_MAX });
    return converted.ok ? ok({ name, value: converted.value }) : err(invalid(word, `it has ${converted.defect.found}`));
  } catch (thrown) {
    const cause = fromThrown("DRV_CLI_PARAMETER_INVALID", thrown, "Cannot parse JSON");
    return err(invalid(word, "what follows := is not JSON", cause));
  }
}

function invalid(word: string, found: string, cause?: CodedError): CodedError {
  return codedError(
    "DRV_CLI_PARAMETER_INVALID",
    `Cannot read parameter ${JSON.stringify(word.slice(0, 80))}: ${found}`,
    {
      hint: "Write name=text, or name:=json for numbers, lists and objects",
      ...(cause !== undefined && { cause }),
    },
  );
}
