import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package that is measured. */
export const PACKAGE_FOLDER = fileURLToPath(new URL("..", import.meta.url));

/** Builds the package when a source file is newer than what was built of it last. */
export function buildIfStale(): void {
  const built = join(PACKAGE_FOLDER, "dist", "cli", "main.js");
  const source = join(PACKAGE_FOLDER, "src");
  const builtMs = existsSync(built) ? statSync(built).mtimeMs : 0;
  const isStale = readdirSync(source, { recursive: true, encoding: "utf8" }).some(
    (name) => statSync(join(source, name)).mtimeMs > builtMs,
  );
  // What the compiler finds is shown, and is no result: it goes to standard error.
  if (isStale) execFileSync("npm", ["run", "prepare"], { cwd: PACKAGE_FOLDER, stdio: ["ignore", 2, 2] });
}
