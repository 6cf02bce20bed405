import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAccounts } from "./accounts.ts";

test("given a passwd file with comments, broken and repeated lines, when read, then the first good one counts", () => {
  const table = parseAccounts(
    "root:x:0:0:root:/root:/bin/sh\n# comment\n+::::::\nbroken\nbad:x:12a:0\ntoor:x:0:0\nroot:x:5:5\nweb:x:33:33::/:\n",
  );
  assert.deepEqual(
    [...table.idByName],
    [
      ["root", 0],
      ["toor", 0],
      ["web", 33],
    ],
  );
  assert.deepEqual(
    [...table.nameById],
    [
      [0, "root"],
      [5, "root"],
      [33, "web"],
    ],
  );
});

test("given names of object members, when looked up, then they are no accounts", () => {
  const table = parseAccounts("__proto__:x:7:7\n");
  assert.equal(table.idByName.get("__proto__"), 7);
  assert.equal(table.idByName.get("constructor"), undefined);
});
