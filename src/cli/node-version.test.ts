import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeVersionProblem } from "./node-version.ts";

test("given a Node that is too old, when it is checked, then one sentence says what to do", () => {
  for (const version of ["18.19.0", "20.11.1", "24.15.9"]) {
    const problem = nodeVersionProblem(version);
    assert.match(
      problem ?? "",
      new RegExp(`^drover needs Node 24\\.16 or newer, but this is Node ${version}: install .*$`),
    );
  }
});

test("given a Node that is new enough, when it is checked, then there is nothing to say", () => {
  for (const version of ["24.16.0", "24.21.0", "25.0.0"]) assert.equal(nodeVersionProblem(version), undefined);
});
