import assert from "node:assert/strict";
import { test } from "node:test";
import { maskText, maskValue, secretValues } from "./secrets.ts";

const SPEC = { secretParams: ["token", "headers.authorization", "secretEnv"] };

test("given secret parameters, when their values are listed, then nested texts are found, longest first", () => {
  const params = {
    token: "s3cret",
    headers: { Authorization: "Bearer abc", accept: "text/html" },
    secretEnv: { A: 'q"q' },
  };
  assert.deepEqual(secretValues(SPEC, params), ["Bearer abc", "s3cret", String.raw`q\"q`, 'q"q']);
});

test("given short or missing values, when they are listed, then there is nothing to mask", () => {
  for (const params of [undefined, null, 5, {}, { token: "ab" }, { token: 7, headers: "x" }]) {
    assert.deepEqual(secretValues(SPEC, params), []);
  }
});

test("given secrets, when a value is masked, then texts and names inside lose them", () => {
  const secrets = ["s3cret"];
  assert.equal(maskText("a s3cret, s3cret", secrets), "a ***, ***");
  assert.deepEqual(maskValue({ "x-s3cret": ["s3cret", 1, null, { deep: "s3cret!" }] }, secrets), {
    "x-***": ["***", 1, null, { deep: "***!" }],
  });
});
