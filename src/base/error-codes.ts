/** What a code means and what a person does about it. Rendered into `docs/errors.md`. */
export interface ErrorCodeEntry {
  readonly summary: string;
  readonly remedy: string;
}

/**
 * Every code a user can meet, in one place, grouped by area. A code never changes its meaning; retired codes stay.
 * Add a code together with the code that returns it; `tools/check-docs.ts` compares this with `docs/errors.md`.
 */
export const ERROR_CODES = {
  // base
  DRV_INTERNAL: {
    summary: "An assumption of drover itself turned out to be false",
    remedy: "Report it with the output of the command; the log of the run is intact",
  },
  DRV_DURATION_INVALID: {
    summary: "A duration is not written as numbers with units",
    remedy: 'Write it like "1h30m", "45s" or "500ms", or as a whole number of milliseconds',
  },
  // dag

  // operation

  // definition

  // plan

  // engine

  // task functions and results

  // host and execute

  // providers

  // fleet
  DRV_FLEET_NO_HOST: {
    summary: "A target matches no host of the fleet",
    remedy: "Name a host or label that exists, or allow an empty target on the task",
  },
  DRV_FLEET_UNKNOWN_HOST: {
    summary: "A host was asked for that is not in the fleet",
    remedy: "Compare the name with the hosts of the fleet file",
  },
  DRV_FLEET_FILE_INVALID: {
    summary: "A fleet file does not have the expected form",
    remedy: "Correct every listed entry; hosts have a name and may have labels, root, networkNamespace and facts",
  },

  // runner and library

  // cli
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
