import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ok } from "../base/result.ts";
import { defineOperation } from "../operation/spec.ts";
import type { ProviderContext, WriteProvider } from "../operation/provider.ts";
import { FakeHost } from "./fake-host.ts";
import { ContractViolation, type SuiteHost } from "./provider-trial.ts";
import { providerSuite } from "./provider-suite.ts";

const ensureText = defineOperation({
  name: "sample.ensure",
  aliases: [],
  category: "sample",
  summary: "Makes a file hold a text",
  params: z.strictObject({ path: z.string(), text: z.string(), token: z.string().optional() }),
  result: z.strictObject({ path: z.string() }),
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: "any",
  attemptTimeoutMs: 1_000,
  unknownPolicy: "rerun",
  secretParams: ["token"],
  example: { path: "/tmp/a", text: "x" },
});

type Params = z.output<typeof ensureText.params>;
type Sample = WriteProvider<Params, { path: string }, string | undefined>;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function write(path: string, text: string, { host, signal }: ProviderContext) {
  const written = await host.writeFile(path, bytes(text), { signal });
  return written.ok
    ? ok({ path })
    : { ok: false as const, error: { error: written.error, errorClass: "fatal" as const } };
}

/** Forgets to save what it changes. */
const WITHOUT_CAPTURE: Sample = {
  kind: "write",
  spec: ensureText,
  async inspect({ path }, { host, signal }) {
    const content = await host.readFile(path, { signal });
    if (content.ok) return ok(new TextDecoder().decode(content.value));
    if (content.error.code === "DRV_HOST_FILE_NOT_FOUND") return ok(undefined);
    return { ok: false, error: { error: content.error, errorClass: "fatal" } };
  },
  diff: (observed, { text }) =>
    observed === text ? [] : [{ property: "content", before: observed ?? null, after: text }],
  unchangedResult: (_observed, { path }) => ({ path }),
  apply: (params, _observed, context) => write(params.path, params.text, context),
  async undo({ facts, blobs }, { host, signal }) {
    const { path, existed } = z.object({ path: z.string(), existed: z.boolean() }).parse(facts);
    const [content = new Uint8Array()] = blobs;
    const undone = existed ? await host.writeFile(path, content, { signal }) : await host.remove(path, { signal });
    return undone.ok ? ok(undefined) : { ok: false, error: { error: undone.error, errorClass: "fatal" } };
  },
};

/** A small provider that keeps its contract; each test breaks one part of it. */
const SOUND: Sample = {
  ...WITHOUT_CAPTURE,
  async capture({ path }, observed) {
    return ok({ facts: { path, existed: observed !== undefined }, blobs: [bytes(observed ?? "")] });
  },
};

async function openHost(): Promise<SuiteHost> {
  const host = new FakeHost();
  host.files.makeFolders("/srv");
  host.onExec(async (argv) => {
    // A shell of sorts: what a provider hands it as text is carried out.
    const [, , script = ""] = argv;
    const touched = /touch (\S+)/.exec(script)?.[1];
    if (touched !== undefined) await host.writeFile(touched, bytes(""));
    return {};
  });
  return { host, folder: "/srv", async [Symbol.asyncDispose]() {} };
}

const SECRET = "correct horse battery staple";

/** Names of the rules that a provider breaks, without what they have in common. */
async function brokenRules(change: Partial<Sample>): Promise<readonly string[]> {
  const broken: string[] = [];
  const rules = providerSuite({
    provider: { ...SOUND, ...change },
    hostName: "FakeHost",
    openHost,
    cases: [
      {
        name: "a file",
        prepare: async ({ host, folder }) => {
          await host.writeFile(`${folder}/a`, bytes("before"));
        },
        params: (folder) => ({ path: `${folder}/a`, text: "after", token: SECRET }),
        secrets: [SECRET],
        hostile: (text, folder) => ({ path: `${folder}/a`, text }),
      },
    ],
  });
  for (const rule of rules) {
    try {
      await rule.run();
    } catch (thrown) {
      assert.ok(thrown instanceof ContractViolation, String(thrown));
      broken.push(rule.name.replace("sample.ensure on FakeHost: given a file, when ", ""));
    }
  }
  return broken;
}

test("given a provider that keeps its contract, when the suite runs, then every rule holds", async () => {
  assert.deepEqual(await brokenRules({}), []);
});

test("given a provider that always changes, when the suite runs, then the second call gives it away", async () => {
  const broken = await brokenRules({ diff: () => [{ property: "content" }] });
  assert.ok(broken.includes("it is applied twice, then the second time changes nothing"));
});

test("given a provider that writes while it inspects, when the suite runs, then the dry run gives it away", async () => {
  const broken = await brokenRules({
    async inspect(params, context) {
      await write(`${params.path}.lock`, "", context);
      return await SOUND.inspect(params, context);
    },
  });
  assert.ok(broken.includes("it is only inspected, then nothing changes"));
});

test("given an undo that forgets something, when the suite runs, then undo rules give it away", async () => {
  const broken = await brokenRules({ undo: async () => ok(undefined) });
  assert.deepEqual(broken, ["it is undone, even twice, then everything is as before"]);
});

test("given a change that is not captured, when the suite runs, then that is a violation", async () => {
  const rules = providerSuite({
    provider: WITHOUT_CAPTURE,
    hostName: "FakeHost",
    openHost,
    cases: [{ name: "no file", params: (folder) => ({ path: `${folder}/a`, text: "x" }) }],
  });
  const rule = rules.find((each) => each.name.includes("undone, even twice"));
  assert.ok(rule !== undefined);
  await assert.rejects(rule.run(), ContractViolation);
});

test("given a provider that gives up half way, when the suite runs, then later attempts must complete it", async () => {
  const broken = await brokenRules({
    async apply(params, _observed, context) {
      const half = await write(params.path, params.text, context);
      return half.ok ? await write(`${params.path}.done`, "", context) : half;
    },
  });
  assert.ok(broken.includes("it is interrupted anywhere, then the next time completes it"), broken.join("\n"));
  assert.ok(broken.includes("it is undone, even twice, then everything is as before"));
});

test("given a provider that swallows cancellation, when the suite runs, then that is a violation", async () => {
  const broken = await brokenRules({
    async inspect(params, context) {
      return await SOUND.inspect(params, { ...context, signal: new AbortController().signal });
    },
    async apply(params, _observed, context) {
      return await write(params.path, params.text, { ...context, signal: new AbortController().signal });
    },
  });
  assert.deepEqual(broken, ["it is cancelled before it starts, then it says so"]);
});

test("given a value that is put into shell text, when the suite runs, then the canary tells", async () => {
  const broken = await brokenRules({
    async apply(params, _observed, context) {
      await context.host.exec(["/bin/sh", "-c", `echo ${params.text}`], { signal: context.signal });
      return await write(params.path, params.text, context);
    },
  });
  assert.deepEqual(broken, ["values are hostile, then they are only data"]);
});

test("given a secret hidden by another case, when the suite looks for that text, then it is seen", async () => {
  const hidden = SECRET.toUpperCase();
  const rules = providerSuite({
    provider: { ...SOUND, diff: (_observed, { token = "" }) => [{ property: token.toUpperCase() }] },
    hostName: "FakeHost",
    openHost,
    cases: [{ name: "a", params: (folder) => ({ path: `${folder}/a`, text: "x", token: SECRET }), secrets: [hidden] }],
  });
  const rule = rules.find((each) => each.name.includes("secrets are not seen"));
  assert.ok(rule !== undefined);
  await assert.rejects(rule.run(), ContractViolation);
});

test("given a result that is not as declared, when the suite runs, then that is a violation", async () => {
  const broken = await brokenRules({ unchangedResult: () => ({ path: "x", more: 1 }) as { path: string } });
  assert.ok(broken.includes("it is applied twice, then the second time changes nothing"));
});
