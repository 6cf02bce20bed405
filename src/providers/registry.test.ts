import assert from "node:assert/strict";
import { test } from "node:test";
import { BUILTIN_OPERATIONS } from "../operation/catalog.ts";
import { builtinProviders, BUILTIN_PROVIDERS, createProviderRegistry } from "./registry.ts";

test("given every built-in operation, when its provider is looked up by any name, then there is one of that spec", () => {
  const registry = builtinProviders();
  for (const spec of BUILTIN_OPERATIONS) {
    for (const name of [spec.name, ...spec.aliases]) assert.equal(registry.find(name)?.spec, spec, name);
  }
  assert.equal(registry.list().length, BUILTIN_OPERATIONS.length);
});

test("given unknown or hostile names, when a provider is looked up, then there is none", () => {
  for (const name of ["", "__proto__", "toString", "file", "file.deploy "]) {
    assert.equal(builtinProviders().find(name), undefined, name);
  }
});

test("given every provider, when it claims to be reversible, then it captures and undoes", () => {
  for (const provider of BUILTIN_PROVIDERS) {
    if (provider.kind === "read") continue;
    const isReversible = provider.spec.reversibility !== "none";
    assert.equal(provider.capture !== undefined, isReversible, provider.spec.name);
    assert.equal(provider.undo !== undefined, isReversible, provider.spec.name);
  }
});

test("given two providers of one name, when a registry is made, then every clash is reported", () => {
  const [first] = BUILTIN_PROVIDERS;
  assert.ok(first !== undefined);
  const made = createProviderRegistry([first, first]);
  assert.ok(!made.ok);
  assert.equal(made.error.length, 1 + first.spec.aliases.length);
});
