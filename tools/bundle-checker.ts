import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { build, type Plugin } from "esbuild";

/**
 * Makes one file of what checks plan files: `node tools/bundle-checker.ts DIST`. Loading its hundreds of modules one by
 * one takes longer than checking a plan of thousands of tasks. The file replaces the module of the same name, so that
 * nobody has to know; it gives out plain data only, so a second copy of these modules in the process does no harm.
 */
async function main(): Promise<void> {
  const dist = resolve(process.argv[2] ?? "dist");
  const file = join(dist, "cli", "check-plan-file.js");
  const { metafile } = await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minifySyntax: true,
    minifyWhitespace: true,
    // Only for files with mistakes of syntax.
    external: ["yaml"],
    // What is about to be packed stands in a folder of its own, without packages beside it.
    nodePaths: [join(import.meta.dirname, "..", "node_modules")],
    plugins: [onlyEnglish],
    metafile: true,
    logLevel: "warning",
  });
  const folders = new Set(Object.keys(metafile.inputs).flatMap((input) => packageFolder(input) ?? []));
  const licenses = [...folders].toSorted().map((folder) => readFileSync(join(folder, "LICENSE"), "utf8").trim());
  writeFileSync(join(dirname(file), "check-plan-file.LICENSES.txt"), `${licenses.join("\n\n---\n\n")}\n`);
}

/** Messages of schemas are told in English; the other forty languages are a third of the file. */
const onlyEnglish: Plugin = {
  name: "only-english",
  setup: (started) => {
    started.onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, dirname(path), "en.js"),
    }));
  },
};

/** The folder of the foreign package that a file belongs to. */
function packageFolder(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

await main();
