/** Members of a task that a file says as a definition does; read and written as they are. */
export const COPIED_TASK_MEMBERS = [
  "title",
  "batches",
  "maxFail",
  "allowEmpty",
  "tolerate",
  "priority",
  "concurrencyKey",
  "runsOn",
] as const;
