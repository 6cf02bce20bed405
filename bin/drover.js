#!/usr/bin/env node
// Plain JavaScript that any Node can parse, so that an old Node gets a sentence instead of a syntax error.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 16)) {
  process.stderr.write(
    `drover needs Node 24.16 or newer, but this is Node ${process.versions.node}: install a newer Node, or run it through "npx" in a project that pins one\n`,
  );
  process.exit(1);
}
await import("../dist/cli/main.js");
