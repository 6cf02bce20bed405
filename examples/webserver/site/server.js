// The web server that the plan installs: plain Node, one configuration file, no dependencies.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";

const file = process.argv[2] ?? "server.conf";
const settings = new Map(
  readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s*=\s*/, 2)),
);

function required(name) {
  const value = settings.get(name);
  if (value === undefined) throw new Error(`${file}: ${name} is not set`);
  return value;
}

const port = Number(required("port"));
const release = required("release");
const page = join(dirname(file), "..", "www", "index.html");

// A release named "broken" starts and answers, but says that it is not well: what a health check is for.
const isHealthy = release !== "broken";

createServer((request, response) => {
  if (request.url === "/healthz") {
    response.writeHead(isHealthy ? 200 : 503, { "content-type": "application/json" });
    response.end(JSON.stringify({ release, isHealthy, pid: process.pid }));
    return;
  }
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(readFileSync(page));
}).listen(port, "127.0.0.1", () => {
  process.stdout.write(`release ${release} listens on 127.0.0.1:${port}\n`);
});
