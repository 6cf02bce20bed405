import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { didYouMean, suggest } from "./suggest.ts";

const NAMES = ["file.deploy", "file.undeploy", "file.status", "command.exec", "command.shell"];

test("given a mistyped name, when suggestions are asked, then the nearest comes first", () => {
  assert.deepEqual(suggest("file.deplyo", NAMES), ["file.deploy"]);
  assert.deepEqual(suggest("COMMAND.EXE", NAMES), ["command.exec"]);
  assert.deepEqual(suggest("deploy", NAMES), ["file.deploy"]);
});

test("given a name like nothing, when suggestions are asked, then there are none", () => {
  assert.deepEqual(suggest("kubernetes", NAMES), []);
  assert.deepEqual(suggest("", NAMES), []);
  assert.equal(didYouMean("kubernetes", NAMES), undefined);
});

test("given suggestions, when they are written as a hint, then it is one question", () => {
  assert.equal(didYouMean("fil", ["file"]), 'Did you mean "file"?');
  assert.equal(didYouMean("ab", ["aa", "ac", "ad"]), 'Did you mean "aa", "ac" or "ad"?');
});

test("given any candidates, when one of them is asked, then it comes first", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), {
        minLength: 1,
        selector: (text) => text.toLowerCase(),
      }),
      (names) => {
        const [name = ""] = names;
        assert.equal(suggest(name, names).length > 0, true);
      },
    ),
  );
});

test("given a huge name, when suggestions are asked, then none are computed", () => {
  assert.deepEqual(suggest("x".repeat(10_000_000), NAMES), []);
});
