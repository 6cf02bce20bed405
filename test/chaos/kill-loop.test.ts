import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { killLoop } from "./kill-loop.ts";

/** In parts, each with the time of a test: what a slow machine needs for all of them is more than that. */
const KILLS_EACH = 5;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

// Each mostly waits for its program, so two take hardly longer than one.
suite("kill loop", { concurrency: 2 }, () => {
  for (const seed of SEEDS) {
    test(`given a program that is killed ${KILLS_EACH} times (seed ${seed}), when it goes on each time, then nothing is done twice, forgotten or made up`, async (context) => {
      const folder = mkdtempSync(join(tmpdir(), "drover-kills-"));
      context.after(() => rmSync(folder, { recursive: true, force: true }));
      const result = await killLoop({ folder, kills: KILLS_EACH, seed });
      assert.deepEqual(result.violations, []);
      assert.equal(result.kills, KILLS_EACH);
      assert.equal(result.lines.found, result.lines.expected);
      assert.equal(result.lines.duplicated, 0);
      assert.ok(result.acknowledged > 0, "People were heard");
      assert.equal(result.settled, result.unknown, "People decided about all that nobody knew");
    });
  }
});
