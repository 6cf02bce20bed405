import assert from "node:assert/strict";
import { test } from "node:test";
import { BUILTIN_OPERATIONS } from "./catalog.ts";
import { defaultTaskName } from "./task-name.ts";

test("given an operation, when its task has no name, then it gets the usual one", () => {
  assert.equal(defaultTaskName("node.hostname.get", {}), "get-hostname");
  assert.equal(defaultTaskName("file.deploy", {}), "deploy-file");
  assert.equal(defaultTaskName("file.upload", {}), "upload-file");
  assert.equal(defaultTaskName("file.changed", {}), "check-file");
  assert.equal(defaultTaskName("file.status", {}), "file-status");
  assert.equal(defaultTaskName("command.exec", { command: "/usr/sbin/nginx" }), "run-nginx");
  assert.equal(defaultTaskName("command.shell", { script: " /bin/tar -x < file" }), "shell-tar");
});

test("given blank or hostile commands, when their tasks are named, then the name is safe", () => {
  for (const script of ["", "   ", "///", "[a] \n", "\0", undefined, 5]) {
    assert.match(defaultTaskName("command.shell", { script }), /^shell-[\w.+-]+$/);
  }
  assert.ok(defaultTaskName("command.exec", { command: "x".repeat(10_000_000) }).length < 100);
});

test("given every built-in operation, when its task is named, then the names differ", () => {
  const names = BUILTIN_OPERATIONS.map((spec) => defaultTaskName(spec.name, spec.example));
  assert.equal(new Set(names).size, names.length);
});
