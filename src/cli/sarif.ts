import type { CodedError } from "../base/coded-error.ts";
import { ERROR_CODES } from "../base/error-codes.ts";
import type { JsonObject } from "../base/json.ts";
import type { ValidatedFile } from "./commands/validate.ts";
import { isDiagnostic } from "./diagnostic-lines.ts";
import { programVersion } from "./program-version.ts";

const LEVELS = { error: "error", warning: "warning", hint: "note" } as const;

/** Findings as SARIF 2.1.0: one run with one rule for each code. */
export function sarifOf(validated: readonly ValidatedFile[]): JsonObject {
  const found = validated.flatMap(({ file, problems }) => problems.map((problem) => ({ file, problem })));
  const codes = [...new Set(found.map(({ problem }) => problem.code))].toSorted();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "drover", version: programVersion(), rules: codes.map(ruleOf) } },
        columnKind: "utf16CodeUnits",
        results: found.map(({ file, problem }) => resultOf(file, problem, codes)),
      },
    ],
  };
}

function ruleOf(code: string): JsonObject {
  const entries: Readonly<Record<string, { readonly summary: string; readonly remedy: string }>> = ERROR_CODES;
  const entry = Object.hasOwn(entries, code) ? entries[code] : undefined;
  if (entry === undefined) return { id: code };
  return { id: code, shortDescription: { text: entry.summary }, help: { text: entry.remedy } };
}

function resultOf(file: string, problem: CodedError, codes: readonly string[]): JsonObject {
  const { code, message, hint, at } = problem;
  const severity = isDiagnostic(problem) ? problem.severity : "error";
  const end = isDiagnostic(problem) ? problem.end : undefined;
  const region =
    at?.line === undefined
      ? {}
      : {
          region: {
            startLine: at.line,
            ...(at.column === undefined ? {} : { startColumn: at.column }),
            ...(end === undefined ? {} : { endLine: end.line, endColumn: end.column }),
          },
        };
  const uri = encodeURI((at?.file ?? file).replaceAll("\\", "/"));
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: hint === undefined ? message : `${message}. ${hint}` },
    locations: [{ physicalLocation: { artifactLocation: { uri }, ...region } }],
  };
}
