import { readFileSync } from "node:fs";

/** The version in the `package.json` this program came with. */
export function programVersion(): string {
  // Two folders up, from the source as from what is built of it.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion && typeof manifest.version === "string" ? manifest.version : "unknown";
}
