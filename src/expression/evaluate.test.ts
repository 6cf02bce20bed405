import assert from "node:assert/strict";
import { test } from "node:test";
import { FUNCTIONS } from "./functions.ts";
import { checkText, evaluateText } from "./test-kit/evaluate-text.ts";

for (const { name, examples } of FUNCTIONS) {
  test(`given the examples of ${name}, when evaluated, then they give what they say`, () => {
    for (const [expression, wanted] of examples) assert.deepEqual(evaluateText(expression), wanted, expression);
  });
}

test("given a template, when it is one expression, then its value keeps its type, else it becomes text", () => {
  assert.equal(evaluateText("${params.replicas}", { isTemplate: true }), 2);
  assert.equal(evaluateText("n=${params.replicas} $${x}", { isTemplate: true }), "n=2 ${x}");
  assert.equal(checkText("${params.replicas}", { isTemplate: true }).type.kind, "integer");
});
