import type { CodedError } from "../base/coded-error.ts";
import { isJsonObject, toJson, type JsonObject, type JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { parseParameters } from "./parameters.ts";

/** Options with which parameters are given besides words. */
export interface ParameterOptions {
  /** Files of parameters, later ones winning. */
  readonly params?: readonly string[];
  /** More words. */
  readonly set?: readonly string[];
}

/** Parameters that came from one place. */
export interface ParameterOrigin {
  /** As people know it: `the command line`, or a file. */
  readonly origin: string;
  readonly values: JsonObject;
  /** Line of a value in its file. */
  readonly lineOf?: (name: string) => number;
}

const PARAMETER_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Everything that sets parameters of a plan: files, `--set`, and words. Words win over files; among words a name that is
 * given twice is a mistake. The types a plan declares are applied later, by whoever binds the parameters.
 * @returns values by name, or every `DRV_CLI_PARAMETER_INVALID` and `DRV_PLANFILE_*` of the files
 */
export async function gatherParameters(
  words: readonly string[],
  options: ParameterOptions,
  folder: string,
): Promise<Result<JsonObject, readonly CodedError[]>> {
  const origins = await gatherOrigins(words, options, folder);
  if (!origins.ok) return origins;
  const values = new Map<string, JsonValue>(origins.value.flatMap(({ values: given }) => Object.entries(given)));
  return ok(Object.fromEntries(values));
}

/** The same by where it came from, the one that wins last. */
export async function gatherOrigins(
  words: readonly string[],
  { params = [], set = [] }: ParameterOptions,
  folder: string,
): Promise<Result<readonly ParameterOrigin[], readonly CodedError[]>> {
  const files = await Promise.all(params.map((file) => readParameterFile(file, folder)));
  const given = parseParameters([...set, ...words]);
  const problems = [...files, given].flatMap((one) => (one.ok ? [] : one.error));
  if (problems.length > 0) return err(problems);
  const origins = files.flatMap((file) => (file.ok ? [file.value] : []));
  return ok([...origins, ...(given.ok ? [{ origin: "the command line", values: given.value }] : [])]);
}

/** A map of parameters, as YAML or JSON. */
async function readParameterFile(
  name: string,
  folder: string,
): Promise<Result<ParameterOrigin, readonly CodedError[]>> {
  const { readSource } = await import("../library/disk-source-loader.ts");
  const source = await readSource(name, folder);
  if (!source.ok) return err([{ ...source.error, message: source.error.message.replace("plan file", "parameters") }]);
  const { decodeSource } = await import("../definition/plan-file/decode-source.ts");
  const decoded = decodeSource(source.value);
  if (!decoded.ok) return err([decoded.error]);
  const { readYaml } = await import("../definition/plan-file/read-yaml.ts");
  const file = decoded.value;
  const read = await readYaml(file);
  if (!read.ok) return err(read.error);
  const { tree, problems } = read.value;
  if (problems.length > 0) return err(problems);
  const converted = toJson(tree.value ?? {}, { bytesMax: PARAMETER_BYTES_MAX });
  if (converted.ok && isJsonObject(converted.value)) {
    const lineOf = (member: string): number => file.positionOf(tree.keyRangeOf([member]).start).line;
    return ok({ origin: file.name, values: converted.value, lineOf });
  }
  const found = converted.ok ? "it is no map" : `${converted.defect.path} is ${converted.defect.found}`;
  const message = `Cannot read parameters ${JSON.stringify(name.slice(0, 200))}: ${found}, and names with values are needed`;
  const hint = 'Write one parameter a line, such as "version: 1.2"';
  return err([file.diagnostic({ code: "DRV_PLANFILE_VALUE_INVALID", message, hint, start: 0 })]);
}
