import assert from "node:assert/strict";
import { test } from "node:test";
import type { OperationCall } from "./call.ts";
import { BUILTIN_OPERATIONS } from "./catalog.ts";
import { ops } from "./ops.ts";

type Same<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
type DataOf<Call> = Call extends OperationCall<infer ResultData> ? ResultData : never;

function holds<Condition extends true>(): Condition | undefined {
  return undefined;
}

test("given the typed constructors, when a call is made, then it is plain data with the canonical name", () => {
  assert.deepEqual(ops.file.deploy({ path: "/etc/motd", content: "Hello\n" }), {
    operation: "file.deploy",
    params: { path: "/etc/motd", content: "Hello\n" },
  });
  assert.deepEqual(ops.node.hostnameGet(), { operation: "node.hostname.get", params: {} });
});

test("given the catalog, when constructors are listed, then there is exactly one per operation", () => {
  const made = Object.values(ops).flatMap((domain: object) => Object.keys(domain)).length;
  assert.equal(made, BUILTIN_OPERATIONS.length);
  const calls = Object.values(ops).flatMap((domain: object) =>
    Object.values(domain).map((construct: () => OperationCall) => construct().operation),
  );
  assert.deepEqual(calls.sort(), BUILTIN_OPERATIONS.map((spec) => spec.name).sort());
});

test("given the typed constructors, when types are inferred, then parameters and results are those of the schemas", () => {
  holds<Same<DataOf<ReturnType<typeof ops.command.exec>>["stdout"], string>>();
  holds<Same<DataOf<ReturnType<typeof ops.node.memoryGet>>["usedBytes"], number>>();
  ops.http.request({ url: "http://localhost/", expect: { status: [200, 204] }, timeout: "3s" });
  // @ts-expect-error The URL is missing.
  ops.http.request({});
  // @ts-expect-error There is no such parameter.
  ops.command.exec({ command: "true", arguments: [] });
  // @ts-expect-error A command needs parameters.
  ops.command.exec();
});
