import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedManifest, type Manifest } from "./published-manifest.ts";
import { runCommand, toolCommand, type CommandOptions } from "./run-command.ts";
import { listFiles } from "./source-files.ts";

/** Bounds of what users download; raise one only with a reason in the changelog. */
const TARBALL_FILES_MAX = 2_400;
const TARBALL_BYTES_MAX = 2_000_000;
const INSTALLED_PACKAGES_MAX = 70;
const INSTALLED_BYTES_MAX = 30_000_000;
/** Modules an `import "drover"` must not load: the program, its server, and what only files need. */
const NOT_FOR_LIBRARY = ["/dist/cli/", "/dist/api/", "/node_modules/commander/", "/node_modules/yaml/"];

/**
 * Builds the package that would be published, installs it into an empty folder and uses it there.
 * @returns one line for people.
 */
async function packCheck(root: string, work: string): Promise<string> {
  const staged = join(work, "package");
  mkdirSync(staged);
  const manifest = publishedManifest(JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest);
  await must([...toolCommand(root, "tsc"), "-p", "tsconfig.build.json", "--outDir", join(staged, "dist")], {
    cwd: root,
  });
  await must(
    [process.execPath, "--conditions=source", join(root, "tools", "bundle-checker.ts"), join(staged, "dist")],
    {
      cwd: root,
    },
  );
  for (const path of manifest.files)
    if (path !== "dist") cpSync(join(root, path), join(staged, path), { recursive: true });
  writeFileSync(join(staged, "package.json"), JSON.stringify(manifest, undefined, 2));
  await must(["npm", "pack", "--pack-destination", work, "--silent"], { cwd: staged });
  const tarball = join(work, `${manifest.name}-${manifest.version}.tgz`);
  const tarballBytes = statSync(tarball).size;
  const tarballFiles = listFiles(staged, ["**/*.*"]).length;
  const user = join(work, "user");
  mkdirSync(user);
  writeFileSync(join(user, "package.json"), '{ "name": "user", "private": true, "type": "module" }\n');
  await must(["npm", "install", tarball, "--prefer-offline", "--no-audit", "--no-fund", "--silent"], { cwd: user });
  await useAsUser(user, manifest);
  const packages = listFiles(join(user, "node_modules"), ["*/package.json", "@*/*/package.json"]).length;
  const installed = folderBytes(join(user, "node_modules"));
  atMost("files in the tarball", tarballFiles, TARBALL_FILES_MAX);
  atMost("bytes of the tarball", tarballBytes, TARBALL_BYTES_MAX);
  atMost("installed packages", packages, INSTALLED_PACKAGES_MAX);
  atMost("installed bytes", installed, INSTALLED_BYTES_MAX);
  return `${tarballFiles} files, ${kilobytes(tarballBytes)} packed; ${packages} packages, ${kilobytes(installed)} installed`;
}

/** Imports every entry, looks at what the library entry loads, compiles against the types and starts the program. */
async function useAsUser(user: string, manifest: Manifest): Promise<void> {
  const entries = Object.keys(manifest.exports).map((entry) => entry.replace(/^\./, manifest.name));
  const cwd = user;
  for (const entry of entries)
    await must([process.execPath, "-e", `await import("${entry}")`, "--input-type=module"], { cwd });
  const trace = [
    'import { registerHooks } from "node:module";',
    "const loaded = [];",
    "registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });",
    `await import("${manifest.name}");`,
    "console.log(loaded.join('\\n'));",
  ].join("\n");
  const { stdout } = await must([process.execPath, "--input-type=module", "-e", trace], { cwd });
  const heavy = stdout.split("\n").filter((url) => NOT_FOR_LIBRARY.some((part) => url.includes(part)));
  if (heavy.length > 0)
    throw new Error(`importing "${manifest.name}" loads what only the program needs:\n${heavy.join("\n")}`);
  writeFileSync(
    join(user, "use.ts"),
    entries.map((entry, index) => `import * as e${index} from "${entry}";\nvoid e${index};`).join("\n"),
  );
  const compile = ["--noEmit", "--strict", "--module", "nodenext", "--skipLibCheck", "--types", "", "use.ts"];
  await must([...toolCommand(process.cwd(), "tsc"), ...compile], { cwd });
  const version = await must([process.execPath, join("node_modules", manifest.name, "bin/drover.js"), "--version"], {
    cwd,
  });
  if (!version.stdout.includes(manifest.version)) throw new Error(`drover --version prints "${version.stdout.trim()}"`);
}

async function must(argv: readonly string[], options: CommandOptions) {
  const result = await runCommand(argv, { timeoutMs: 120_000, ...options });
  if (result.exitCode === 0) return result;
  throw new Error(
    `${argv.slice(0, 3).join(" ")} … ended with exit code ${result.exitCode}:\n${result.output.trimEnd()}`,
  );
}

function atMost(what: string, found: number, limit: number): void {
  if (found > limit) throw new Error(`${found} ${what}, but at most ${limit} are wanted`);
}

function folderBytes(folder: string): number {
  return listFiles(folder, ["**"])
    .concat(listFiles(folder, ["**/.*"]))
    .reduce((sum, path) => sum + sizeOf(join(folder, path)), 0);
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : 0;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}

if (import.meta.main) {
  const work = mkdtempSync(join(tmpdir(), "drover-pack-"));
  try {
    process.stdout.write(`pack: ${await packCheck(process.cwd(), work)}\n`);
  } catch (error) {
    process.stderr.write(`Cannot pack: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true });
  }
}
