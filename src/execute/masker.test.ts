import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { codedError } from "../base/coded-error.ts";
import { err } from "../base/result.ts";
import { MASK, Masker, secretValues } from "./masker.ts";
import { jobOf, newTrial, putWork, tokenOf, trialProvider, trialReader } from "../testing/trial-executor.ts";

const SECRET = 'it\'s "top" secret/ü+100%\n';

test("given any secret, when it appears in any of its forms, then it is masked", () => {
  const secret = fc.string({ unit: "grapheme", minLength: 4, maxLength: 30 }).filter((text) => text.trim().length >= 4);
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      const masker = new Masker([value]);
      const base64 = Buffer.from(value).toString("base64");
      const forms = [
        value,
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
        value.replaceAll("'", `'\\''`),
        base64,
        Buffer.from(value).toString("base64url"),
      ];
      for (const form of forms) assert.ok(!masker.text(`${before} ${form} ${after}`).includes(` ${form} `));
    }),
  );
});

test("given a secret within Base64 of more, when it is masked, then nothing of it can be decoded", () => {
  const masker = new Masker(["correct horse battery"]);
  for (const prefix of ["", "u", "us", "user:", "long-name:"]) {
    const masked = masker.text(Buffer.from(`${prefix}correct horse battery staple`).toString("base64"));
    assert.ok(masked.includes(MASK), prefix);
    assert.ok(!Buffer.from(masked.replaceAll(MASK, "AAAA"), "base64").toString().includes("horse"));
  }
});

test("given a secret of several lines, when output comes line by line, then each longer line is masked", () => {
  const masker = new Masker(["-----BEGIN KEY-----\nMIIEvAIBADANBgkq\nshort\n-----END KEY-----\n"]);
  assert.equal(masker.text("found MIIEvAIBADANBgkq here"), `found ${MASK} here`);
  assert.equal(masker.text("short"), "short");
});

test("given secrets within others and short ones, when masked, then nothing remains and short ones are left", () => {
  const masker = new Masker(["password", "password-of-root", "abc", ""]);
  assert.equal(masker.text("password-of-root password abc"), `${MASK} ${MASK} abc`);
});

test("given secrets anywhere in values and errors, when masked, then keys, numbers and causes are as well", () => {
  const masker = new Masker(["hunter22", "123456"]);
  assert.deepEqual(masker.json({ hunter22: ["x hunter22", 123_456, null, true, { a: 7 }] }), {
    [MASK]: [`x ${MASK}`, MASK, null, true, { a: 7 }],
  });
  const cause = codedError("DRV_HOST_IO", "inner hunter22", {
    hint: "try hunter22",
    details: { argv: ["-p", "hunter22"] },
  });
  const masked = masker.error(codedError("DRV_HOST_IO", "outer hunter22", { cause }));
  assert.ok(!JSON.stringify(masked).includes("hunter22"));
  assert.equal(masked.code, "DRV_HOST_IO");
});

test("given paths to secrets, when their values are looked for, then case, lists and depth do not matter", () => {
  const params = {
    Headers: { AUTHORIZATION: "a1", other: "no" },
    list: [{ key: "b1" }, { key: { deep: ["c1", 42] } }],
  };
  assert.deepEqual(secretValues(params, ["headers.authorization", "list.key", "absent.x"]), ["a1", "b1", "c1", "42"]);
  assert.deepEqual(secretValues("text", ["a"]), []);
});

test("given secret parameters, when an attempt tells them in every way, then none comes out anywhere", async () => {
  const output: string[] = [];
  const provider = trialProvider([], {
    diff: (_, { password = "" }) => [{ property: "content", before: password, after: 1, diff: `+${password}` }],
    apply: async ({ password = "", headers = {} }, _, context) => {
      context.output("stdout", `using ${password.trim()}`);
      context.output("stderr", Buffer.from(`user:${password}`).toString("base64"));
      return { ok: true, value: { password, url: encodeURIComponent(password), headers } };
    },
  });
  await using trial = newTrial(provider, { secrets: ["of the whole executor"] });
  const work = putWork("of the whole executor", { password: SECRET, headers: { Authorization: "Bearer tok-12345" } });
  const onOutput = (_: string, line: string): unknown => output.push(line);
  const { outcome } = await trial.executor.execute(jobOf(work), { signal: new AbortController().signal, onOutput });
  assert.equal(outcome.status, "changed");
  const told = JSON.stringify([outcome, output]);
  for (const part of ["top", "tok-12345", "of the whole executor", "%22top", "dG9w"])
    assert.ok(!told.includes(part), part);
});

test("given failures that repeat secrets, when reported, then they are masked, also when undoing", async () => {
  const error = codedError("DRV_HOST_IO", `Cannot log in with ${SECRET}`, { details: { tried: SECRET } });
  await using failing = newTrial(trialReader(async () => err({ error, errorClass: "fatal", data: { said: SECRET } })));
  const failed = await failing.run(putWork("x", { password: SECRET }));
  assert.equal(failed.status, "failed");
  assert.ok(!JSON.stringify(failed).includes("top"));
  await using throwing = newTrial(trialReader(async () => Promise.reject(new Error(SECRET))));
  assert.ok(!JSON.stringify(await throwing.run(putWork("x", { password: SECRET }))).includes("top"));

  await using undoing = newTrial(trialProvider([], { undo: async () => err({ error, errorClass: "fatal" }) }));
  const work = putWork("x", { password: SECRET });
  await undoing.run(work);
  const undone = await undoing.run(
    { kind: "undo", operation: "trial.put", undoToken: jobOf(work).token },
    { token: tokenOf("undo") },
  );
  assert.equal(undone.status, "failed");
  assert.ok(!JSON.stringify(undone).includes("top"));
});
