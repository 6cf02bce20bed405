import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importableFolders, readLayerTable, type Layer, type LayerTable } from "./layers.ts";
import { runCommand, toolCommand } from "./run-command.ts";

/** A value of a configuration file. */
type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
type Rules = { readonly [rule: string]: Json };
interface Override {
  readonly files: readonly string[];
  readonly rules: Rules;
}

const BASE_RULES: Rules = {
  eqeqeq: ["error", "always", { null: "ignore" }],
  "no-console": "error",
  "no-else-return": "error",
  "no-param-reassign": "error",
  "no-throw-literal": "error",
  "no-var": "error",
  "prefer-const": "error",
  "max-params": ["error", { max: 4 }],
  "import/no-cycle": ["error", { ignoreTypes: true }],
  "import/no-default-export": "error",
  "import/no-self-import": "error",
  "typescript/ban-ts-comment": "error",
  "typescript/consistent-type-imports": "error",
  "typescript/no-deprecated": "error",
  "typescript/no-explicit-any": "error",
  "typescript/no-floating-promises": [
    "error",
    { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["test", "suite", "describe", "it"] }] },
  ],
  "typescript/no-import-type-side-effects": "error",
  "typescript/no-misused-promises": "error",
  "typescript/no-non-null-assertion": "error",
  "typescript/no-unnecessary-type-assertion": "error",
  "typescript/no-unsafe-argument": "error",
  "typescript/no-unsafe-assignment": "error",
  "typescript/no-unsafe-call": "error",
  "typescript/no-unsafe-member-access": "error",
  "typescript/no-unsafe-return": "error",
  "typescript/no-unsafe-type-assertion": "error",
  "typescript/only-throw-error": "error",
  "typescript/prefer-promise-reject-errors": "error",
  "typescript/switch-exhaustiveness-check": "error",
  "typescript/use-unknown-in-catch-callback-variable": "error",
  "unicorn/prefer-node-protocol": "error",
};

/** Global names through which time, randomness and timers enter. */
const CLOCK_GLOBALS = [
  "Date",
  "performance",
  "crypto",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
];
/** Global names through which the world enters without an import. */
const WORLD_GLOBALS = ["process", "fetch", "WebSocket", "globalThis", "global"];
const CLOCK_PROPERTIES = [
  { object: "Math", property: "random" },
  { object: "AbortSignal", property: "timeout" },
];
const CLOCK_MODULES = "^node:(?:timers|perf_hooks)(?:/|$)";

/** Writes the linter's configuration: rules for all code, and the fences of every folder from the layer table. */
function lintConfig(table: LayerTable, packages: readonly string[]): Json {
  const folders = Object.entries(table.folders);
  return {
    $schema: "./node_modules/oxlint/configuration_schema.json",
    plugins: ["typescript", "unicorn", "oxc", "import", "promise", "node"],
    categories: { correctness: "error" },
    ignorePatterns: ["node_modules", "dist", "coverage", "tmp", "bench/node_modules"],
    rules: BASE_RULES,
    overrides: [
      ...folders.map(([folder, layer]) => folderOverride(table, { folder, layer, packages })),
      ...worldOverrides(table),
      ...folders.flatMap(([folder, layer]) => exceptionOverrides(table, { folder, layer, packages })),
      ...UNFENCED,
    ].map(({ files, rules }) => ({ files, rules })),
  };
}

const TYPE_RULES_OFF: Rules = Object.fromEntries(
  Object.keys(BASE_RULES)
    .filter((rule) => rule.startsWith("typescript/no-unsafe-"))
    .map((rule) => [rule, "off"]),
);

/** Overrides that lift fences: what is no library code, and tests. Last, so that they win. */
const UNFENCED: readonly Override[] = [
  {
    files: ["src/**/*.test.ts", "src/**/test-kit/**", "test/**/*.ts"],
    rules: {
      "no-restricted-imports": "off",
      "no-restricted-globals": "off",
      "no-restricted-properties": "off",
      // Tests hand in broken values on purpose; what they assert is judged at run time anyway.
      "typescript/no-unsafe-type-assertion": "off",
      "typescript/no-deprecated": "off",
      "max-params": "off",
    },
  },
  // Ids are branded here and nowhere else.
  { files: ["src/base/ids.ts"], rules: { "typescript/no-unsafe-type-assertion": "off" } },
  // Plain JavaScript has no types to be safe with; it is what an old Node must be able to read.
  { files: ["**/*.js"], rules: TYPE_RULES_OFF },
  // Some of the peers that are measured have no types.
  { files: ["bench/**/*.ts"], rules: { ...TYPE_RULES_OFF, "typescript/unbound-method": "off" } },
  // A plan module default-exports its plan.
  { files: ["examples/**/*.ts", "test/**/fixtures/**"], rules: { "import/no-default-export": "off" } },
  { files: ["examples/**/*.ts", "tools/**/*.ts", "bench/**/*.ts"], rules: { "no-console": "off" } },
  { files: ["tools/**/*.ts"], rules: { "typescript/no-unsafe-type-assertion": "off" } },
];

interface Fenced {
  readonly folder: string;
  readonly layer: Layer;
  /** Every package of package.json. */
  readonly packages: readonly string[];
}

function folderOverride(table: LayerTable, fenced: Fenced): Override {
  const { folder, layer } = fenced;
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: importFences(table, { ...fenced, hasNode: layer.node === true }) },
      ],
    },
  };
}

/** Files that may do more than their folder; which Node modules exactly is checked by `check-layers.ts`. */
function exceptionOverrides(table: LayerTable, fenced: Fenced): readonly Override[] {
  const { folder, layer } = fenced;
  const nodeFiles = (layer.nodeFiles ?? []).map(({ files }) => ({
    files: [`src/${folder}/${files}`],
    rules: { "no-restricted-imports": ["error", { patterns: importFences(table, { ...fenced, hasNode: true }) }] },
  }));
  const clockFiles = (layer.clockFiles ?? []).map(({ files }) => ({
    files: [`src/${folder}/${files}`],
    rules: { "no-restricted-globals": "off", "no-restricted-properties": "off" },
  }));
  return [...nodeFiles, ...clockFiles];
}

function importFences(table: LayerTable, fenced: Fenced & { readonly hasNode: boolean }): readonly Json[] {
  const { folder, layer, packages, hasNode } = fenced;
  const allowed = importableFolders(table, folder);
  const types = layer.typeImports ?? [];
  const denied = Object.keys(table.folders).filter((other) => !allowed.has(other) && !types.includes(other));
  const deniedPackages = [...packages, "drover"].filter((name) => !(layer.packages ?? []).includes(name));
  // No look-ahead and no negated groups: the linter ignores the first and stops at the second without a word.
  return [
    fence(denied, "^(?:\\.\\./)+(?:NAMES)/", `"${folder}" may not import this folder: see tools/layers.json`),
    {
      ...fence(types, "^(?:\\.\\./)+(?:NAMES)/", `"${folder}" may import only types from this folder`),
      allowTypeImports: true,
    },
    fence(deniedPackages, "^(?:NAMES)(?:/|$)", `"${folder}" may not use this package: see tools/layers.json`),
    { regex: "^[a-z@][^:]*/(?:src|dist|lib)/", message: "Import the public entry of a package, not its inside" },
    ...(hasNode ? [] : [{ regex: "^node:", message: `"${folder}" reaches the world through ports, not node:*` }]),
    ...(layer.node === true && layer.clock !== true
      ? [{ regex: CLOCK_MODULES, message: `"${folder}" takes time from the Clock port` }]
      : []),
  ].filter((pattern) => !("regex" in pattern && pattern.regex === ""));
}

function fence(names: readonly string[], pattern: string, message: string): { regex: string; message: string } {
  const regex = names.length === 0 ? "" : pattern.replace("NAMES", names.join("|"));
  return { regex, message };
}

/** Fences against global names, one override for all folders that have the same ones. */
function worldOverrides(table: LayerTable): readonly Override[] {
  const fenced = Object.entries(table.folders).filter(([, layer]) => layer.clock !== true);
  return [false, true].map((hasNode) => ({
    files: fenced.filter(([, layer]) => (layer.node === true) === hasNode).map(([folder]) => `src/${folder}/**/*.ts`),
    rules: {
      "no-restricted-globals": ["error", ...CLOCK_GLOBALS, ...(hasNode ? [] : WORLD_GLOBALS)],
      "no-restricted-properties": ["error", ...CLOCK_PROPERTIES],
    },
  }));
}

/** Text of `.oxlintrc.json` as the layer table wants it, formatted as the repository is. */
export async function generateLintConfig(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const config = lintConfig(readLayerTable(root), packageNames(manifest));
  const { stdout } = await runCommand([...toolCommand(root, "oxfmt"), "--stdin-filepath", ".oxlintrc.json"], {
    cwd: root,
    stdin: JSON.stringify(config, undefined, 2),
  });
  return stdout;
}

function packageNames(manifest: unknown): readonly string[] {
  const groups = manifest as { readonly [group: string]: { readonly [name: string]: string } | undefined };
  return [...Object.keys(groups["dependencies"] ?? {}), ...Object.keys(groups["devDependencies"] ?? {})].toSorted();
}

if (import.meta.main) {
  const root = process.cwd();
  const path = join(root, ".oxlintrc.json");
  const wanted = await generateLintConfig(root);
  if (!process.argv.includes("--check")) writeFileSync(path, wanted);
  else if (readFileSync(path, "utf8") !== wanted) {
    process.stderr.write('.oxlintrc.json differs from tools/layers.json: run "node tools/generate-lint.ts"\n');
    process.exitCode = 1;
  }
}
