import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FUNCTIONS } from "./functions.ts";
import { evaluateText } from "./test-kit/evaluate-text.ts";

test("given the examples in the reference of expressions, when evaluated, then each gives what the page says", () => {
  const page = readFileSync(new URL("../../docs/expressions.md", import.meta.url), "utf8");
  const examples = [...page.matchAll(/`([^`\n]+) → ([^`\n]+)`/g)];
  assert.ok(examples.length > FUNCTIONS.length);
  for (const [, text = "", wanted = ""] of examples) {
    const value = evaluateText(text.replaceAll("\\|", "|"));
    assert.equal(JSON.stringify(value), wanted.replaceAll("\\|", "|"), text);
  }
});
