import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../base/json.ts";
import { evaluate } from "./evaluate.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseTemplate } from "./parse-template.ts";
import { problemToError } from "./problem.ts";
import { programFingerprint, readProgram } from "./read-program.ts";
import { plainScalarText, scalarText } from "./scalar-text.ts";
import { checkText, evaluateText, tryCheckText, tryEvaluateText, VALUES } from "./test-kit/evaluate-text.ts";
import { scopeOf } from "./value-scope.ts";

const MANY = 10_000;

test("given ten thousand levels of any kind, when read, then there is one error and no overflow", () => {
  const deep = [
    `${"(".repeat(MANY)}1${")".repeat(MANY)}`,
    `${"[".repeat(MANY)}${"]".repeat(MANY)}`,
    `${"!".repeat(MANY)}true`,
    `${"-".repeat(MANY)}1`,
    Array.from({ length: 8_000 }, () => "1").join("+"),
    `facts${".a".repeat(8_000)}`,
    `facts${"[0]".repeat(5_000)}`,
    `${"true?".repeat(3_000)}1${":1".repeat(3_000)}`,
    `${"upper(".repeat(2_500)}''${")".repeat(1_000)}`,
    `${"{a:".repeat(5_000)}1`,
  ];
  for (const text of deep) {
    const read = parseExpression(text);
    assert.ok(!read.ok, text.slice(0, 20));
    assert.match(read.error[0]?.code ?? "", /LIMIT|UNCLOSED/, text.slice(0, 20));
    assert.ok(!parseTemplate(`\${${text}}`).ok);
  }
});

test("given a text of ten megabytes, when read, then it is a text, or an error at once", () => {
  const large = "x".repeat(10 * 1024 * 1024);
  const plain = parseTemplate(large);
  assert.ok(plain.ok && plain.value.parts.length === 1);
  const read = parseExpression(large);
  assert.equal(read.ok ? undefined : read.error[0]?.code, "DRV_EXPRESSION_LIMIT");
  const open = parseTemplate(`\${${large}`);
  assert.equal(open.ok ? undefined : open.error[0]?.code, "DRV_EXPRESSION_UNCLOSED");
});

test("given very many problems, when read, then the first ones are told", () => {
  const read = parseTemplate("${a b} ".repeat(1_000));
  assert.ok(!read.ok && read.error.length === 50);
});

test("given patterns that make others run for ever, when matched, then time is bounded by fuel", () => {
  const text = `matches("${"a".repeat(2_000)}b", "^(?:a+)+$")`;
  assert.equal(evaluateText(text), false);
  const slow = tryEvaluateText(`matches("${"a".repeat(10_000)}", "(?:a?){100}a{100}$")`);
  assert.equal(slow.ok ? undefined : slow.error.error.code, "DRV_EXPRESSION_FUEL");
});

test("given a problem in a block scalar, when made an error, then it has the line and column of the file", () => {
  const text = "one\ntwo ${params.verson}\n";
  const source = scalarText(
    text,
    [
      { offset: 0, line: 7, column: 5 },
      { offset: 4, line: 8, column: 5 },
    ],
    { file: "plan.yml" },
  );
  const checked = tryCheckText(text, { isTemplate: true });
  assert.ok(!checked.ok);
  const [error] = checked.error.map((problem) => problemToError(problem, source));
  assert.deepEqual(error?.at, { file: "plan.yml", line: 8, column: 18 });
  assert.deepEqual(error?.details, { length: 6 });
  assert.match(error?.hint ?? "", /"version"/);
  assert.deepEqual(plainScalarText("a", { file: "f", line: 3, column: 9 }).positionAt(1), {
    file: "f",
    line: 3,
    column: 10,
  });
});

test("given a condition, when it is no boolean, then it is refused, and one that never changes is hinted at", () => {
  const refused: readonly string[] = [
    "params.version",
    "params.replicas",
    "facts.isContainer",
    "params.tags",
    "x ${params.enabled}",
  ];
  for (const text of refused) {
    const checked = tryCheckText(text, { want: "condition" });
    assert.ok(!checked.ok, text);
    assert.match(checked.error[0]?.code ?? "", /CONDITION|NESTED/);
  }
  assert.equal(checkText("${ params.enabled }", { want: "condition" }).hints.length, 0);
  assert.equal(checkText("1 == 1", { want: "condition" }).hints[0]?.severity, "hint");
});

test("given a wanted type, when the value has another, then it is refused, and text is made of scalars", () => {
  assert.ok(!tryCheckText("params.version", { want: { kind: "integer" } }).ok);
  assert.ok(tryCheckText("facts.cpuCount", { want: { kind: "integer" } }).ok);
  assert.equal(evaluateText("params.replicas", { want: "text" }), "2");
  assert.ok(!tryCheckText("params.tags", { want: "text" }).ok);
});

test("given an expression, when checked, then it says what it refers to, as far as its text does", () => {
  const { references } = checkText(
    'tasks["install"].data.detail.a + 0 == facts.x || tasks[host.name + ""] == null'.replace(" + 0", ""),
  );
  assert.deepEqual(
    references.map(({ root, path }) => [root, ...path].join(".")),
    ["tasks.install.data.detail.a", "facts.x", "tasks", "host.name"],
  );
});

test("given secrets, when a text is made with them, then only their parts are told to the masker", () => {
  const evaluated = tryEvaluateText("https://u:${params.password}@${host.name}", { isTemplate: true });
  assert.deepEqual(evaluated.ok && [evaluated.value.isSecret, evaluated.value.secrets], [true, ["hunter22"]]);
  const users = tryEvaluateText("[{id: u.name, key: u.key} for u in params.users]");
  assert.deepEqual(users.ok && users.value.secrets, ["key-of-ann", "key-of-bob"]);
  assert.equal(checkText("[u.name for u in params.users]").isSecret, false);
  for (const text of [
    "params.password.length",
    "params.password == 'a'",
    "[params.password][0]",
    "params.pin > 1 ? 1 : 2",
    "[1 for x in [1] if params.pin > x]",
  ]) {
    assert.equal(checkText(text).isSecret, true, text);
  }
});

test("given a failure with a secret, when told, then no value is repeated", () => {
  const failed = tryEvaluateText("int(params.password)");
  assert.ok(!failed.ok && !JSON.stringify(failed).includes("hunter22"));
  const open = tryEvaluateText("int(params.env)");
  assert.ok(!open.ok && JSON.stringify(open).includes("prod"));
});

test("given names that every object has, when they are made members, then they are own members", () => {
  const made = evaluateText('{"__proto__": 1, "constructor": 2}');
  assert.deepEqual(Object.keys(made ?? {}), ["__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(made), Object.prototype);
});

test("given a program from elsewhere, when it is not one of ours, then it is refused", () => {
  const { program } = checkText("[x + 1 for x in params.ports if x > 80]");
  const stored = JSON.parse(JSON.stringify(program)) as JsonValue;
  assert.ok(readProgram(stored).ok);
  const node = (change: JsonValue): JsonValue => ({ ...program, nodes: [change], spans: [0, 0] });
  const bad: readonly JsonValue[] = [
    null,
    {},
    { ...program, version: 2 },
    { ...program, nodes: [] },
    { ...program, spans: [1] },
    { ...program, secretPaths: [[1]] },
    node({ do: "nope" }),
    node({ do: "not", of: 0 }),
    node({ do: "call", name: "constructor", arguments: [] }),
    node({ do: "call", name: "upper", arguments: [] }),
    node({ do: "literal", value: [] }),
    node({ do: "field", root: "params", name: "x" }),
  ];
  for (const each of bad) {
    const read = readProgram(each);
    assert.equal(read.ok ? undefined : read.error.code, "DRV_EXPRESSION_PROGRAM", JSON.stringify(each));
  }
  const loose = readProgram(node({ do: "local", slot: 3 }));
  assert.ok(loose.ok);
  const evaluated = evaluate(loose.value, scopeOf(VALUES));
  assert.equal(evaluated.ok ? undefined : evaluated.error.error.code, "DRV_EXPRESSION_PROGRAM");
});

test("given the same expression in another layout, when compiled, then its fingerprint is the same", () => {
  assert.equal(
    programFingerprint(checkText("1 + params.replicas").program),
    programFingerprint(checkText("1+( params.replicas )").program),
  );
  assert.notEqual(programFingerprint(checkText("1 + 2").program), programFingerprint(checkText("1 + 3").program));
});
