import type { z } from "zod";
import { codedError, type CodedError } from "../base/coded-error.ts";
import type { JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ResultStatus, TaskReference, TaskResults } from "../definition/task-context.ts";
import type { TaskView } from "../engine/run-view.ts";
import type { HostResult } from "../operation/outcome.ts";
import type { ValueScope } from "../runner/user-code.ts";

/** What the tasks of a run did so far, read from its live state, with names as the asking task sees them. */
export class LiveResults implements TaskResults {
  readonly #scope: Pick<ValueScope, "view" | "find">;

  constructor(scope: Pick<ValueScope, "view" | "find">) {
    this.#scope = scope;
  }

  get<Data>(task: TaskReference<Data>): Data | undefined;
  get(name: string): JsonValue | undefined;
  get(task: TaskReference | string): JsonValue | undefined {
    return this.#dataOf(task);
  }

  status(task: TaskReference | string): ResultStatus {
    const index = this.#scope.find(nameOf(task));
    if (index === undefined) return "unknown";
    const status = this.#scope.view.statusOf(index);
    return status === "pending" || status === "ready" || status === "waiting" || status === "running"
      ? "unknown"
      : status;
  }

  changed(task: TaskReference | string): boolean {
    return this.#find(task)?.isChanged ?? false;
  }

  hostResults(task: TaskReference | string): readonly HostResult[] {
    return this.#find(task)?.hostResults ?? [];
  }

  decode<Data>(task: TaskReference | string, schema: z.ZodType<Data>): Result<Data, CodedError> {
    const name = JSON.stringify(nameOf(task).slice(0, 200));
    const data = this.#dataOf(task);
    if (data === undefined) {
      return err(
        codedError(
          "DRV_TASK_DATA_INVALID",
          `Cannot decode the result of ${name}: the task is ${this.status(task)} and has no data`,
        ),
      );
    }
    const parsed = schema.safeParse(data);
    if (parsed.success) return ok(parsed.data);
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the value"} ${issue.message}`);
    return err(codedError("DRV_TASK_DATA_INVALID", `Cannot decode the result of ${name}: ${issues.join("; ")}`));
  }

  #dataOf(task: TaskReference | string): JsonValue | undefined {
    const view = this.#find(task);
    const [first] = view?.hostResults ?? [];
    return first === undefined ? view?.data : first.data;
  }

  #find(task: TaskReference | string): TaskView | undefined {
    const index = this.#scope.find(nameOf(task));
    return index === undefined ? undefined : this.#scope.view.task(index);
  }
}

function nameOf(task: TaskReference | string): string {
  return typeof task === "string" ? task : task.name;
}
