import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { killLoop } from "./kill-loop.ts";

/** In parts, each with the time of a test: what a slow machine needs for all of them is more than that. */
const KILLS_EACH = 10;
const SEEDS = [1, 2, 3, 4, 5];

for (const seed of SEEDS) {
  test(`given a program that is killed ${KILLS_EACH} times (seed ${seed}), when it goes on each time, then nothing is done twice, forgotten or made up`, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "drover-kills-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const { kills, acknowledged, violations } = await killLoop({ folder, kills: KILLS_EACH, seed });
    assert.deepEqual(violations, []);
    assert.equal(kills, KILLS_EACH);
    assert.ok(acknowledged > 0, "People were heard");
  });
}
