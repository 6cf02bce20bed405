/** Groups inside groups: deeper ones are a program that went wrong, and names of their tasks fit nowhere. */
export const GROUP_DEPTH_MAX = 16;
/** Copies of one group: more belong into a plan of their own or into hosts of one task. */
export const GROUP_KEYS_MAX = 100_000;
/** Problems listed at once; the rest is only counted. */
export const PROBLEMS_MAX = 1_000;
