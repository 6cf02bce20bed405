import assert from "node:assert/strict";
import { DroverError, type CodedError, type Report } from "drover";

export interface ExpectedError {
  readonly code: string;
  /** What the message must say. */
  readonly says: RegExp;
  /** Where in the plan; absent for what happens on hosts. */
  readonly path?: string;
}

/** What every refusal must tell: a stable code, what failed and why, where, and what to do next. */
export function assertCoded(error: CodedError | undefined, { code, says, path }: ExpectedError): void {
  assert.ok(error !== undefined, `There is no error, and ${code} is expected`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, /^Cannot [^:]+: ./, "The message names the action and the reason");
  assert.match(error.message, says);
  assert.ok(error.message.length < 5_000, "The message is short whatever the input was");
  assert.match(error.hint ?? "", /^[A-Z].{5}/s, `${error.code} says what to do next`);
  if (path !== undefined) assert.equal(error.at?.path, path);
}

/** All problems of one refusal, in the order in which they are reported. */
export function assertAllCoded(errors: readonly CodedError[], expected: readonly ExpectedError[]): void {
  assert.deepEqual(
    errors.map((error) => error.code),
    expected.map(({ code }) => code),
    errors.map((error) => error.message).join("\n"),
  );
  for (const [index, wanted] of expected.entries()) assertCoded(errors[index], wanted);
}

/** The problems that a call throws as one `DroverError`. */
export async function refusal(act: () => unknown): Promise<readonly CodedError[]> {
  try {
    await act();
  } catch (thrown) {
    assert.ok(thrown instanceof DroverError, String(thrown));
    return thrown.errors;
  }
  return assert.fail("Nothing was refused");
}

/** The error of a task, once the report has agreed that it failed. */
export function failureOf(report: Report, task: string): CodedError | undefined {
  assert.equal(report.result(task)?.status, "failed");
  return report.result(task)?.error;
}
