import fc from "fast-check";
import { must } from "../../base/assert.ts";
import type { Expression } from "../ast.ts";
import { parseExpression } from "../parse-expression.ts";

/** Texts of expressions that are right by how they are made, by what they give. */
type Texts = {
  readonly integer: string;
  readonly text: string;
  readonly truth: string;
  readonly integers: string;
  readonly texts: string;
};

function of(template: string, ...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts)
    .map((made) => template.replace(/§(\d)/g, (_, digit: string) => `(${must(made[Number(digit)], digit)})`));
}

const texts = fc.letrec<Texts>((tie) => {
  const [integer, text, truth] = [tie("integer"), tie("text"), tie("truth")];
  const [integers, list] = [tie("integers"), tie("texts")];
  const options = { depthSize: "small", withCrossShrink: true } as const;
  return {
    integer: fc.oneof(
      options,
      fc.constantFrom("7", "params.replicas", "params.ports.length", "params.pin", "int(facts.cpuCount ?? 1)"),
      of("§0 + §1", integer, integer),
      of("§0 * §1", integer, integer),
      of("-§0", integer),
      of("§0 % §1", integer, integer),
      of("§0 ? §1 : §2", truth, integer, integer),
      of("§0.length", text),
      of("first(§0) ?? §1", integers, integer),
      of("sum(§0)", integers),
      of("§0[§1] ?? §2", integers, integer, integer),
      of("§0[§1]", integers, integer),
      of("int(§0)", text),
      of("div(§0, §1)", integer, integer),
    ),
    text: fc
      .oneof(
        options,
        fc.constantFrom("'a'", "params.version", "host.name", "params.password", "params.nickname ?? 'n'"),
        of("§0 + §1", text, text),
        of("upper(§0)", text),
        of("json(§0)", integers),
        of("join(§0, §1)", list, text),
        of("substring(§0, §1)", text, integer),
        of("replace(§0, §1, §2)", text, text, text),
        of("string(§0)", integer),
        of("params.labels[§0] ?? §1", text, text),
        of("base64(§0)", text),
      )
      .filter((made) => !made.includes("'${'")),
    truth: fc.oneof(
      options,
      fc.constantFrom("true", "params.enabled", "tasks.install.changed", "has(facts.os.family)"),
      of("§0 && §1", truth, truth),
      of("§0 || §1", truth, truth),
      of("!§0", truth),
      of("§0 < §1", integer, integer),
      of("§0 == §1", integer, integer),
      of("§0 != §1", integers, integers),
      of("§0 in §1", integer, integers),
      of("contains(§0, §1)", text, text),
      of("any([x > 0 for x in §1])", integer, integers),
    ),
    integers: fc.oneof(
      options,
      fc.constantFrom("params.ports", "[1, 2]", "range(3)"),
      of("[§0, §1]", integer, integer),
      of("[x + §0 for x in §1 if §2]", integer, integers, truth),
      of("sort(§0)", integers),
      of("unique(§0)", integers),
      of("§0 + §1", integers, integers),
      of("[x.length for x in §0]", list),
    ),
    texts: fc.oneof(
      options,
      fc.constantFrom("params.tags", "keys(params.labels)", "['a', 'b']"),
      of("split(§0, §1)", text, text),
      of("[string(x) for x in §0]", integers),
      of("[k + v for k, v in params.labels if §0]", truth),
      of("reverse(§0)", list),
    ),
  };
});

/** Trees whose types fit, over the names of the test environment. */
export const wellTyped: fc.Arbitrary<Expression> = fc
  .oneof(texts.integer, texts.text, texts.truth, texts.integers, texts.texts)
  .map((text) => {
    const read = parseExpression(text);
    return read.ok ? read.value : undefined;
  })
  .filter((expression) => expression !== undefined);
