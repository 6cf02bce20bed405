import { must, unreachable } from "../base/assert.ts";
import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Host, HostAnswer, HostCall } from "../operation/host.ts";
import { answerCall } from "./answer-call.ts";
import { HostFault, type HostAction } from "./host-error.ts";
import { callOn, type ShellAnswer, type ShellCall } from "./shell-call.ts";
import { checkedContent, listCall, namesOf, readCall, readlinkCall, statAnswer, statCall } from "./shell-files.ts";
import type { ShellPool } from "./shell-pool.ts";

type Answer = Result<HostAnswer, CodedError>;

/** A call that only reads, as a request and the way to read its answer. */
interface PlannedCall {
  readonly call: ShellCall;
  readonly read: (answer: Result<ShellAnswer, CodedError>) => HostAnswer;
}

/**
 * Answers calls in as few round trips as possible: all that only look go to one shell in one go, commands run side by
 * side on shells of their own.
 */
export async function batchThroughShell(
  pool: ShellPool,
  host: Pick<Host, "stat" | "readFile" | "readlink" | "list" | "exec">,
  batch: { readonly calls: readonly HostCall[]; readonly signal: AbortSignal | undefined },
): Promise<readonly Answer[]> {
  const { calls, signal } = batch;
  signal?.throwIfAborted();
  const answers = new Map<number, Promise<Answer>>();
  const planned: { readonly index: number; readonly plan: PlannedCall }[] = [];
  for (const [index, call] of calls.entries()) {
    const plan = faultless(() => planOf(call));
    if (!plan.ok) answers.set(index, Promise.resolve(plan));
    else if (plan.value === undefined)
      answers.set(index, answerCall(host, call, signal === undefined ? {} : { signal }));
    else planned.push({ index, plan: plan.value });
  }
  const looked = lookAll(
    pool,
    planned.map(({ plan }) => plan),
    signal,
  );
  for (const [place, { index }] of planned.entries()) {
    answers.set(
      index,
      looked.then((all) => must(all[place], "every look is answered")),
    );
  }
  return await Promise.all(calls.map((_, index) => must(answers.get(index), "every call is answered")));
}

async function lookAll(
  pool: ShellPool,
  plans: readonly PlannedCall[],
  signal: AbortSignal | undefined,
): Promise<readonly Answer[]> {
  if (plans.length === 0) return [];
  const all = await pool.use(signal, async (channel) => {
    const calls = plans.map(({ call }) => call);
    return ok(await callOn(channel, calls, signal));
  });
  return plans.map((plan, index) => {
    if (!all.ok) return all;
    return faultless(() => plan.read(must(all.value[index], "every look is answered")));
  });
}

/** `undefined` for commands, which need a shell of their own. Throws host faults. */
function planOf(call: HostCall): PlannedCall | undefined {
  switch (call.call) {
    case "stat": {
      const action: HostAction = { verb: "stat", subject: call.path };
      return {
        call: statCall(call.path, action),
        read: (answer) => ({ call: "stat", stat: statAnswer(answer, action) }),
      };
    }
    case "readFile": {
      const action: HostAction = { verb: "read file", subject: call.path };
      const limit = call.bytesMax === undefined ? {} : { bytesMax: call.bytesMax };
      return {
        call: readCall(call.path, action, limit),
        read: (answer) => ({ call: "readFile", content: checkedContent(stdoutOf(answer), action, limit) }),
      };
    }
    case "readlink": {
      const action: HostAction = { verb: "read symlink", subject: call.path };
      return {
        call: readlinkCall(call.path, action),
        read: (answer) => ({ call: "readlink", target: stdoutOf(answer).toString("utf8") }),
      };
    }
    case "list": {
      const action: HostAction = { verb: "list folder", subject: call.path, missing: "folder" };
      return {
        call: listCall(call.path, action),
        read: (answer) => ({ call: "list", names: namesOf(stdoutOf(answer)) }),
      };
    }
    case "exec":
      return undefined;
    default:
      return unreachable(call);
  }
}

function stdoutOf(answer: Result<ShellAnswer, CodedError>): Buffer {
  if (!answer.ok) throw new HostFault(answer.error);
  return answer.value.stdout;
}

function faultless<T>(steps: () => T): Result<T, CodedError> {
  try {
    return ok(steps());
  } catch (thrown) {
    if (thrown instanceof HostFault) return err(thrown.coded);
    throw thrown;
  }
}
