import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseParameters } from "./parameters.ts";

function valuesOf(...words: readonly string[]): unknown {
  const parsed = parseParameters(words);
  assert.ok(parsed.ok);
  return parsed.value;
}

function problemsOf(...words: readonly string[]): readonly string[] {
  const parsed = parseParameters(words);
  assert.ok(!parsed.ok);
  return parsed.error.map(({ code, message }) => `${code} ${message}`);
}

test("given name=text, when parameters are read, then the value is text however it looks", () => {
  assert.deepEqual(valuesOf("version=1.10", "flag=true", "empty=", "equation=a=b", "quoted=it's; rm -rf /"), {
    version: "1.10",
    flag: "true",
    empty: "",
    equation: "a=b",
    quoted: "it's; rm -rf /",
  });
});

test("given name:=json, when parameters are read, then the value has its type", () => {
  assert.deepEqual(valuesOf("replicas:=3", 'tags:=["a","b"]', "on:=true", "nothing:=null", 'text:="x"'), {
    replicas: 3,
    tags: ["a", "b"],
    on: true,
    nothing: null,
    text: "x",
  });
});

test("given the name __proto__, when it is read, then it is a name like any other", () => {
  const values = valuesOf("__proto__=x");
  assert.equal(Object.getOwnPropertyDescriptor(values, "__proto__")?.value, "x");
  assert.equal(Object.getPrototypeOf(values), Object.prototype);
});

test("given several mistakes, when parameters are read, then all are told", () => {
  const problems = problemsOf("alone", "=x", "a b=1", "n:={", "twice=1", "twice=2");
  assert.equal(problems.length, 5);
  assert.ok(problems.every((problem) => problem.startsWith("DRV_CLI_PARAMETER_INVALID ")));
});

test("given any text as a value, when it is read, then it arrives unchanged", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.deepEqual(valuesOf(`name=${text}`), { name: text });
    }),
  );
});
