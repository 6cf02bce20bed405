/** Every limit in one place, each with its reason. Reaching one is an expected error with a code. */

/** Characters of a task, plan or host name: fits a terminal column with room and any file name after encoding. */
export const NAME_LENGTH_MAX = 200;
/** Encoded bytes of the data one task may return: results live in memory and in the log for the whole run. */
export const RESULT_BYTES_MAX = 16 * 1024 * 1024;
/** Events one `decide` may emit: bounds the time between two looks at the mailbox. */
export const EVENTS_PER_STEP_MAX = 512;
/** Tasks started at once within a run when the plan says nothing. */
export const MAX_PARALLEL_DEFAULT = 16;
/** Bytes kept of each output stream of a command: enough to debug, bounded for a command that never stops talking. */
export const OUTPUT_BYTES_MAX = 1024 * 1024;
/** Time between asking a process to end and killing it. */
export const KILL_GRACE_MS = 10_000;
/** Bytes of pre-image one attempt may keep. */
export const PRE_IMAGE_BYTES_MAX = 16 * 1024 * 1024;
/** Attempts one task may make. */
export const ATTEMPTS_MAX = 1_000;
/** Total time of one task with all its attempts when the plan says nothing. */
export const TOTAL_TIMEOUT_MS_DEFAULT = 24 * 3_600_000;
/** Time of one attempt of an operation when neither plan nor operation says otherwise. */
export const OPERATION_TIMEOUT_MS_DEFAULT = 10 * 60_000;
/** Time of one attempt of a script when the plan says nothing. */
export const SCRIPT_TIMEOUT_MS_DEFAULT = 3_600_000;
