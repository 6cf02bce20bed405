import assert from "node:assert/strict";
import { test } from "node:test";
import { BUILTIN_OPERATIONS, builtinOperations, createCatalog, findOperation } from "./catalog.ts";
import { operationClassOf, type OperationSpec } from "./spec.ts";

const SPECS: readonly OperationSpec[] = BUILTIN_OPERATIONS;

function problems(operation: string, params: unknown): readonly string[] {
  const found = findOperation(operation);
  assert.ok(found.ok);
  const parsed = found.value.params.safeParse(params);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

function read(operation: string, params: unknown): unknown {
  const found = findOperation(operation);
  assert.ok(found.ok);
  return found.value.params.parse(params);
}

test("given every built-in operation, when its example is read, then reading the result again changes nothing", () => {
  for (const spec of SPECS) {
    const once = spec.params.parse(spec.example);
    assert.deepEqual(spec.params.parse(once), once, spec.name);
  }
});

test("given every built-in operation, when an unknown parameter is given, then that is a problem which names it", () => {
  for (const spec of SPECS) {
    const example: unknown = spec.example;
    assert.ok(typeof example === "object");
    const parsed = spec.params.safeParse({ ...example, bogus: 1 });
    assert.equal(parsed.success, false, spec.name);
    assert.match(parsed.error.issues.map((issue) => issue.message).join(), /bogus/);
  }
});

test("given a canonical name or an alias, when it is looked up, then the same operation is found", () => {
  for (const spec of SPECS) {
    for (const name of [spec.name, ...spec.aliases]) {
      assert.deepEqual(findOperation(name), { ok: true, value: spec });
    }
  }
  const catalog = builtinOperations();
  const d2 = ["command.exec.execute", "command.shell.execute", "file.upload", "file.deploy.execute", "file.status.get"];
  for (const name of [...d2, "file.template", "node.hostname.get", "node.load"]) assert.ok(catalog.find(name).ok, name);
});

test("given the catalog, when it is listed, then operations stand once and sorted", () => {
  const names = builtinOperations()
    .list()
    .map((spec) => spec.name);
  assert.deepEqual(names, [...new Set(names)].sort());
  assert.deepEqual(
    names,
    SPECS.map((spec) => spec.name),
  );
});

test("given a mistyped name, when it is looked up, then the error suggests the nearest ones", () => {
  const found = findOperation("file.deplyo");
  assert.ok(!found.ok);
  assert.equal(found.error.code, "DRV_OPERATION_UNKNOWN");
  assert.equal(found.error.hint, 'Did you mean "file.deploy"?');
});

test("given hostile names, when they are looked up, then they are unknown and harmless", () => {
  for (const name of ["__proto__", "constructor", "", "x".repeat(100_000), "file.\0deploy"]) {
    const found = findOperation(name);
    assert.ok(!found.ok);
    assert.ok(found.error.message.length < 400);
  }
});

test("given two operations with one alias, when a catalog is made, then every clash is reported", () => {
  const [first, second] = SPECS;
  assert.ok(first !== undefined && second !== undefined);
  const made = createCatalog([first, { ...second, aliases: [first.name, ...first.aliases] }]);
  assert.ok(!made.ok);
  assert.deepEqual(
    made.error.map((error) => error.code),
    ["DRV_OPERATION_DUPLICATE", "DRV_OPERATION_DUPLICATE"],
  );
});

test("given an HTTP method, when the class is asked, then it depends on the method", () => {
  const found = findOperation("http.request");
  assert.ok(found.ok);
  const classOf = (method: string) =>
    operationClassOf(found.value, found.value.params.parse({ url: "http://localhost/", method }));
  assert.equal(classOf("get"), "read-only");
  assert.equal(classOf("PUT"), "idempotent");
  assert.equal(classOf("POST"), "non-idempotent");
});

test("given a file mode, when it is written as text or number, then it is read to four octal digits", () => {
  const modeOf = (mode: unknown) => read("file.directory", { path: "/a", mode });
  for (const [given, wanted] of [
    ["0644", "0644"],
    ["644", "0644"],
    ["4755", "4755"],
    [0o644, "0644"],
    [0, "0000"],
  ] as const) {
    assert.deepEqual(modeOf(given), {
      path: "/a",
      mode: wanted,
      state: "present",
      makeFolders: true,
      recursive: false,
    });
  }
});

test("given a file mode that is ambiguous or wrong, when it is read, then that is a problem", () => {
  for (const mode of [644, 755, 400, 0o7777 + 1, -1, 1.5, "rw-r--r--", "0999", "", "000644", null]) {
    assert.equal(problems("file.directory", { path: "/a", mode }).length, 1, String(mode));
  }
});

test("given bad paths, when they are read, then each is a problem", () => {
  for (const path of ["", "relative", "./a", "/a/../b", "/..", "/a\0b", "/", "//", `/${"x".repeat(5_000)}`, 5, null]) {
    assert.ok(problems("file.status", { path }).length > 0, JSON.stringify(path)?.slice(0, 40));
  }
});

test("given a path with needless parts, when it is read, then it is written the normal way", () => {
  assert.deepEqual(read("file.status", { path: "//etc/./nginx//site.conf/" }), { path: "/etc/nginx/site.conf" });
});

test("given file.deploy with both or neither of content and source, when it is read, then that is a problem", () => {
  const message = 'content: exactly one of "content" and "source" must be given';
  assert.deepEqual(problems("file.deploy", { path: "/a" }), [message]);
  assert.deepEqual(problems("file.deploy", { path: "/a", content: "", source: "b" }), [message]);
});

test("given several wrong parameters, when they are read, then all problems are reported together", () => {
  const found = problems("http.request", { url: "ftp://x", method: "BREW", headers: { "a b": "c" }, timeout: "5 min" });
  assert.equal(found.length, 4, found.join("\n"));
});

test("given credentials in a URL, when it is read, then they are refused without being repeated", () => {
  const [problem = ""] = problems("http.request", { url: "http://me:hunter2@localhost/" });
  assert.match(problem, /credentials/);
  assert.doesNotMatch(problem, /hunter2/);
});

test("given an invalid regular expression, when it is read, then that is a problem", () => {
  assert.deepEqual(problems("file.line", { path: "/a", line: "x", match: "(" }), [
    "match: is not a valid regular expression",
  ]);
});

test("given names and values of the environment, when they are read, then only real ones pass", () => {
  assert.equal(problems("command.exec", { command: "env", env: { "A=B": "x" } }).length, 1);
  assert.equal(problems("command.exec", { command: "env", env: { A: "x\0y" } }).length, 1);
  assert.equal(problems("command.exec", { command: "a\0b", args: ["\0"] }).length, 2);
  assert.deepEqual(problems("command.exec", { command: "env", env: { A: "; rm -rf / \n'\"" } }), []);
});

test("given guards as shell text, when they are read, then they become arguments of /bin/sh", () => {
  const params = read("command.exec", { command: "make", unless: "test -e done", onlyIf: ["test", "-e", "Makefile"] });
  assert.ok(typeof params === "object" && params !== null && "unless" in params && "onlyIf" in params);
  assert.deepEqual(params.unless, ["/bin/sh", "-c", "test -e done"]);
  assert.deepEqual(params.onlyIf, ["test", "-e", "Makefile"]);
});
