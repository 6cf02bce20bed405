// A provider of your own: an operation declared once, carried out through the host, with dry run and undo like any other.
import assert from "node:assert/strict";
import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { localFleet, Plan } from "drover";
import {
  BUILTIN_OPERATIONS,
  BUILTIN_PROVIDERS,
  createCatalog,
  createProviderRegistry,
  defineOperation,
  ok,
  type OperationCall,
  type ProviderContext,
  type ProviderResult,
  type WriteProvider,
} from "drover/provider";
import { z } from "zod";

const paramsSchema = z.strictObject({ path: z.string().startsWith("/"), name: z.string(), value: z.string() });
const resultSchema = z.strictObject({ path: z.string() });
type Params = z.output<typeof paramsSchema>;

/** From this one declaration come types, validation, help and the checks of the provider suite. */
const iniSet = defineOperation({
  name: "ini.set",
  aliases: [],
  category: "file",
  summary: "Sets a value in a file of name = value lines",
  params: paramsSchema,
  result: resultSchema,
  operationClass: "idempotent",
  reversibility: "full",
  osFamilies: "any",
  attemptTimeoutMs: 60_000,
  unknownPolicy: "rerun",
  secretParams: [],
  example: { path: "/etc/app.ini", name: "port", value: "80" },
});

interface Observed {
  readonly text: string;
  readonly current: string | undefined;
}

async function observe({ path, name }: Params, { host, signal }: ProviderContext): ProviderResult<Observed> {
  const content = await host.readFile(path, { signal });
  if (!content.ok) return { ok: false, error: { error: content.error, errorClass: "fatal" } };
  const text = new TextDecoder().decode(content.value);
  const line = text.split("\n").find((each) => each.startsWith(`${name} = `));
  return ok({ text, current: line?.slice(`${name} = `.length) });
}

async function write(path: string, text: string, { host, signal }: ProviderContext): ProviderResult<void> {
  const written = await host.writeFile(path, new TextEncoder().encode(text), { signal });
  return written.ok ? ok(undefined) : { ok: false, error: { error: written.error, errorClass: "retryable" } };
}

const provider: WriteProvider<Params, z.output<typeof resultSchema>, Observed> = {
  kind: "write",
  spec: iniSet,
  // Looks, never changes; also what a dry run does.
  inspect: observe,
  // Nothing that differs means unchanged.
  diff: ({ current }, { name, value }) =>
    current === value ? [] : [{ property: name, after: value, ...(current === undefined ? {} : { before: current }) }],
  unchangedResult: (_observed, { path }) => ({ path }),
  // What undo needs, kept before anything is changed.
  capture: async ({ path }, { text }) => ok({ facts: { path, text }, blobs: [] }),
  apply: async ({ path, name, value }, { text, current }, context) => {
    const line = `${name} = ${value}`;
    const changed = current === undefined ? `${text}${line}\n` : text.replace(`${name} = ${current}`, () => line);
    const written = await write(path, changed, context);
    return written.ok ? ok({ path }) : written;
  },
  undo: async ({ facts }, context) => {
    const saved = z.object({ path: z.string(), text: z.string() }).parse(facts);
    return write(saved.path, saved.text, context);
  },
};

const catalog = createCatalog([...BUILTIN_OPERATIONS, iniSet]);
const providers = createProviderRegistry([...BUILTIN_PROVIDERS, provider]);
assert(catalog.ok && providers.ok);

using folder = mkdtempDisposableSync("/tmp/drover-provider-");
await using fleet = localFleet({ hosts: [{ name: "app1", root: folder.path }], providers: providers.value });
const file = `${folder.path}/app.ini`;
writeFileSync(file, "port = 80\n");

/** A typed constructor, as `ops` has them for the built-in operations. */
const setIni = (params: Params): OperationCall<z.output<typeof resultSchema>> => ({ operation: iniSet.name, params });

const plan = new Plan("configure", { fleet, catalog: catalog.value, target: "_all" });
const port = plan.task(setIni({ path: "/app.ini", name: "port", value: "8080" }));
console.log(port.name);

const dry = await plan.dryRun();
assert.deepEqual(dry.result(port)?.hostResults[0]?.changes, [{ property: "port", before: "80", after: "8080" }]);
assert.equal((await plan.run()).result(port)?.status, "changed");
assert.equal(readFileSync(file, "utf8"), "port = 8080\n");
assert.equal((await plan.run()).result(port)?.status, "unchanged");

// And it takes part in a rollback.
writeFileSync(file, "port = 80\n");
const failing = new Plan("fail", { fleet, catalog: catalog.value, target: "_all", rollback: "onFailure" });
const set = failing.task("set", setIni({ path: "/app.ini", name: "port", value: "9090" }));
failing
  .taskFunc("check", () => {
    throw new Error("nobody listens");
  })
  .dependsOn(set);
assert.equal((await failing.run()).verdict, "rolledBack");
assert.equal(readFileSync(file, "utf8"), "port = 80\n");
