import { codedError, type CodedError } from "../base/coded-error.ts";
import { isJsonArray, toJson } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { GroupItem } from "../plan/compiled-plan.ts";
import { groupKeyOf } from "../plan/group-key.ts";

/** Items of a group from what its key function answered: a list of plain JSON. The engine checks that their keys differ. */
export function groupItemsOf(answered: unknown): Result<readonly GroupItem[], CodedError> {
  const converted = toJson(answered, { bytesMax: RESULT_BYTES_MAX });
  if (!converted.ok || !isJsonArray(converted.value)) {
    const found = converted.ok ? "it is not a list" : `${converted.defect.path} is ${converted.defect.found}`;
    return err(
      codedError("DRV_TASK_KEYS_FAILED", `Cannot expand the group: ${found}`, { hint: "Return a list of plain JSON" }),
    );
  }
  return ok(converted.value.map((value) => ({ key: groupKeyOf(value), value })));
}
