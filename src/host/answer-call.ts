import { unreachable } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { ok, type Result } from "../base/result.ts";
import type { Host, HostAnswer, HostCall, Waiting } from "../operation/host.ts";

type SingleCalls = Pick<Host, "stat" | "readFile" | "readlink" | "list" | "exec">;

/** Answers one call of a batch by the method of the same name. */
export async function answerCall(
  host: SingleCalls,
  call: HostCall,
  options: Waiting,
): Promise<Result<HostAnswer, CodedError>> {
  switch (call.call) {
    case "stat":
      return mapped(await host.stat(call.path, options), (stat) => ({ call: "stat", stat }));
    case "readFile": {
      const limit = call.bytesMax === undefined ? {} : { bytesMax: call.bytesMax };
      return mapped(await host.readFile(call.path, { ...options, ...limit }), (content) => ({
        call: "readFile",
        content,
      }));
    }
    case "readlink":
      return mapped(await host.readlink(call.path, options), (target) => ({ call: "readlink", target }));
    case "list":
      return mapped(await host.list(call.path, options), (names) => ({ call: "list", names }));
    case "exec": {
      const limit = call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs };
      return mapped(await host.exec(call.argv, { ...options, ...limit }), (result) => ({ call: "exec", result }));
    }
    default:
      return unreachable(call);
  }
}

function mapped<T>(result: Result<T, CodedError>, toAnswer: (value: T) => HostAnswer): Result<HostAnswer, CodedError> {
  return result.ok ? ok(toAnswer(result.value)) : result;
}
