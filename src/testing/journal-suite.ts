import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { must } from "../base/assert.ts";
import { attemptToken, parseRunId, type AttemptToken } from "../base/ids.ts";
import { sha256 } from "../base/json.ts";
import type { Journal } from "../execute/journal.ts";
import type { AttemptResult } from "../protocol/job.ts";

/** An empty journal to be tested. */
export interface JournalSubject extends AsyncDisposable {
  readonly journal: Journal;
  /** Ends the journal and opens it again with what it kept; absent for those that end with their process. */
  readonly reopen?: () => Promise<Journal>;
}

const RUN_ID = must(parseRunId("run_01936f0e-0000-7000-8000-000000000000"), "a run id");

function tokenOf(name: string): AttemptToken {
  return attemptToken(sha256(`journal suite ${name}`));
}

function resultOf(name: string, data = "x"): AttemptResult {
  return { token: tokenOf(name), outcome: { status: "changed", data }, durationMs: 1.5 };
}

/**
 * The contract of `Journal` as tests: every adapter calls this once, at the top of a test file.
 *
 * @param name Name of the adapter, for the output
 * @param open Opens an empty journal; it is disposed after each test
 *
 * @example
 * // The one in memory stands for yours.
 * journalSuite("mine", async () => ({ journal: createMemoryJournal(), [Symbol.asyncDispose]: async () => {} }));
 */
export function journalSuite(name: string, open: () => Promise<JournalSubject>): void {
  void suite(name, () => {
    const given = (rule: string, run: (subject: JournalSubject) => Promise<void>): void => {
      test(`given ${rule}`, async () => {
        await using subject = await open();
        await run(subject);
      });
    };
    testClaims(given);
    testResults(given);
    testReopening(given);
  });
}

type Given = (rule: string, run: (subject: JournalSubject) => Promise<void>) => void;

function testClaims(given: Given): void {
  given("a new token, when it is claimed many times at once, then one claim is accepted", async ({ journal }) => {
    const claims = await Promise.all(Array.from({ length: 50 }, () => journal.accept(tokenOf("a"), { runId: RUN_ID })));
    assert.equal(claims.filter(({ state }) => state === "accepted").length, 1);
    assert.equal(claims.filter(({ state }) => state === "started").length, 49);
  });

  given(
    "a token that nobody claimed, when it is looked up, then it is not known and can be claimed",
    async ({ journal }) => {
      assert.equal(await journal.find(tokenOf("a")), undefined);
      assert.equal((await journal.accept(tokenOf("a"))).state, "accepted");
      assert.deepEqual(await journal.find(tokenOf("a")), { state: "started", isSameBoot: true });
    },
  );

  given(
    "a token that is sent again, when the journal has never forgotten any, then it is accepted",
    async ({ journal }) => {
      assert.equal((await journal.accept(tokenOf("a"), { runId: RUN_ID, isResent: true })).state, "accepted");
    },
  );
}

function testResults(given: Given): void {
  given("a claimed token, when its result is kept, then whoever asks gets that result", async ({ journal }) => {
    await journal.accept(tokenOf("a"));
    await journal.finish(resultOf("a"));
    const finished = { state: "finished", result: resultOf("a") };
    assert.deepEqual(await journal.find(tokenOf("a")), finished);
    assert.deepEqual(await journal.accept(tokenOf("a")), finished);
  });

  given("a thousand tokens at once, when claimed and finished, then each has its own result", async ({ journal }) => {
    const names = Array.from({ length: 1_000 }, (_, index) => `many ${index}`);
    await Promise.all(
      names.map(async (name) => {
        await journal.accept(tokenOf(name), { runId: RUN_ID });
        await journal.finish(resultOf(name, name));
      }),
    );
    for (const name of names.filter((_, index) => index % 97 === 0)) {
      const found = await journal.find(tokenOf(name));
      assert.deepEqual(found, { state: "finished", result: resultOf(name, name) });
    }
  });

  given("a result full of hostile text, when it is kept, then it comes back as it was", async ({ journal }) => {
    const text = '\n\u0000\ud800\u2028"';
    const data = { ["__proto__"]: { a: 1 }, text, long: "é".repeat(200_000) };
    const result: AttemptResult = { token: tokenOf("a"), outcome: { status: "changed", data }, durationMs: 0 };
    await journal.accept(tokenOf("a"));
    await journal.finish(result);
    const found = await journal.find(tokenOf("a"));
    assert.ok(found?.state === "finished");
    assert.equal(JSON.stringify(found.result), JSON.stringify(result));
  });
}

function testReopening(given: Given): void {
  given("claims and results, when the journal is opened again, then it knows them", async ({ journal, reopen }) => {
    if (reopen === undefined) return; // It ends with its process.
    await journal.accept(tokenOf("started"));
    await journal.accept(tokenOf("finished"));
    await journal.finish(resultOf("finished"));
    const reopened = await reopen();
    assert.deepEqual(await reopened.accept(tokenOf("started")), { state: "started", isSameBoot: true });
    assert.deepEqual(await reopened.accept(tokenOf("finished")), { state: "finished", result: resultOf("finished") });
    await reopened.finish(resultOf("started"));
    assert.equal((await reopened.find(tokenOf("started")))?.state, "finished");
  });
}
