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
  DRV_OPERATION_UNKNOWN: {
    summary: "No operation has this name",
    remedy: "Use one of the suggested names; `drover ops` lists all of them",
  },
  DRV_OPERATION_DUPLICATE: {
    summary: "Two operations claim the same name or alias",
    remedy: "Rename one of them or drop the alias",
  },

  // definition

  // plan

  // engine

  // task functions and results
  DRV_TASK_FUNCTION_FAILED: {
    summary: "A task function threw, rejected or reported a failure",
    remedy: "Read the message it gave; retry the task or change the function",
  },
  DRV_TASK_RESULT_INVALID: {
    summary: "A task function returned something that is not a result",
    remedy: "Return { changed: true | false, data?: plain JSON }",
  },
  DRV_TASK_RESULT_TOO_LARGE: {
    summary: "A task function returned more data than a run may keep",
    remedy: "Return a summary, or write the data to a file and return its path",
  },

  // host and execute
  DRV_CONTENT_NOT_FOUND: {
    summary: "A named or hashed content is not in the content store",
    remedy: "Upload it first with file.upload, or correct the name",
  },
  DRV_CONTENT_CORRUPT: {
    summary: "Stored content no longer has the digest under which it was stored",
    remedy: "Upload the content again and check the disk",
  },
  DRV_CONTENT_STORE_FAILED: {
    summary: "The content store cannot read or write its folder",
    remedy: "Check that the folder exists, is writable and that the disk is not full",
  },

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
