import { z } from "zod";
import { ok } from "../../base/result.ts";
import { gitCheckout, type GitCheckoutParams } from "../../operation/catalog/git.ts";
import type { Change } from "../../operation/outcome.ts";
import type { PreImage, ProviderContext, ProviderResult, WriteProvider } from "../../operation/provider.ts";
import type { ResultDataOf } from "../../operation/spec.ts";
import { failed, failedWith, quoted } from "../failure.ts";
import { runTool } from "../tool.ts";

type CheckoutResult = ResultDataOf<typeof gitCheckout>;

interface CheckoutObserved {
  /** The commit that is wanted; an abbreviation when only that is known. */
  readonly wanted: string;
  /** What is checked out; `undefined` when there is no checkout. */
  readonly head: string | undefined;
  readonly branch: string | undefined;
  readonly remote: string | undefined;
  readonly hasLocalChanges: boolean;
}

const COMMIT = /^[0-9a-f]{7,40}$/;
/** Never asks anybody, never runs what a repository brings, and trusts the folder it was told to use. */
const GIT = ["git", "-c", "safe.directory=*", "-c", "protocol.ext.allow=never", "-c", "core.hooksPath=/dev/null"];

const undoSchema = z.strictObject({
  version: z.literal(1),
  path: z.string(),
  head: z.string().nullable(),
  branch: z.string().nullable(),
  remote: z.string().nullable(),
});

class Git {
  readonly #params: Pick<GitCheckoutParams, "path" | "env">;
  readonly #action: string;
  readonly #context: ProviderContext;

  constructor(params: Pick<GitCheckoutParams, "path" | "env">, context: ProviderContext) {
    this.#params = params;
    this.#action = `check out ${quoted(params.path)}`;
    this.#context = context;
  }

  /** Runs git and answers what it printed, without the line end. */
  async run(
    words: readonly string[],
    options: { readonly isChanging?: boolean; readonly okExitCodes?: readonly number[] } = {},
  ) {
    const env = { GIT_TERMINAL_PROMPT: "0", ...this.#params.env };
    const ran = await runTool(
      { argv: [...GIT, ...words], action: this.#action, env, ...options, outputBytesMax: 16 << 20 },
      this.#context,
    );
    return ran.ok ? ok(ran.value.stdout.trimEnd()) : ran;
  }

  inFolder(
    words: readonly string[],
    options: { readonly isChanging?: boolean; readonly okExitCodes?: readonly number[] } = {},
  ) {
    return this.run(["-C", this.#params.path, ...words], options);
  }
}

async function inspect(params: GitCheckoutParams, context: ProviderContext): ProviderResult<CheckoutObserved> {
  const git = new Git(params, context);
  const wanted = await wantedCommit(params, git);
  if (!wanted.ok) return wanted;
  const none = { wanted: wanted.value, head: undefined, branch: undefined, remote: undefined, hasLocalChanges: false };
  const isThere = await hasCheckout(params, context);
  if (!isThere.ok || !isThere.value) return isThere.ok ? ok(none) : isThere;
  const head = await git.inFolder(["rev-parse", "--verify", "--quiet", "HEAD"], { okExitCodes: [0, 1] });
  if (!head.ok) return head;
  const branch = await git.inFolder(["symbolic-ref", "--short", "--quiet", "HEAD"], { okExitCodes: [0, 1] });
  if (!branch.ok) return branch;
  const remote = await git.inFolder(["config", "--get", "remote.origin.url"], { okExitCodes: [0, 1] });
  if (!remote.ok) return remote;
  const status = await git.inFolder(["status", "--porcelain", "--untracked-files=no"]);
  if (!status.ok) return status;
  const hasLocalChanges = status.value !== "";
  if (hasLocalChanges && !params.force) {
    return failed(
      "DRV_GIT_LOCAL_CHANGES",
      `Cannot check out ${quoted(params.path)}: files were changed there, the first: ${quoted(status.value.split("\n")[0] ?? "")}`,
      {
        hint: "Save them, or set force to discard them",
      },
    );
  }
  const textOf = (text: string): string | undefined => (text === "" ? undefined : text);
  return ok({
    wanted: wanted.value,
    head: textOf(head.value),
    branch: textOf(branch.value),
    remote: textOf(remote.value),
    hasLocalChanges,
  });
}

async function hasCheckout({ path }: GitCheckoutParams, { host, signal }: ProviderContext): ProviderResult<boolean> {
  const stat = await host.stat(path, { signal });
  if (!stat.ok) return failedWith(stat.error);
  if (stat.value === undefined) return ok(false);
  const marker = stat.value.type === "directory" ? await host.stat(`${path}/.git`, { signal }) : ok(undefined);
  if (!marker.ok) return failedWith(marker.error);
  if (marker.value !== undefined) return ok(true);
  return failed(
    "DRV_FILE_TYPE_CONFLICT",
    `Cannot check out ${quoted(path)}: something stands there that is no checkout`,
    {
      hint: "Move it away, or name another path",
    },
  );
}

/** The commit behind a name at the remote. Tags that carry a message are followed to their commit. */
async function wantedCommit({ repository, revision }: GitCheckoutParams, git: Git): ProviderResult<string> {
  const patterns =
    revision === "HEAD" ? ["HEAD"] : [`refs/heads/${revision}`, `refs/tags/${revision}`, `refs/tags/${revision}^{}`];
  const listed = await git.run(["ls-remote", "--", repository, ...patterns]);
  if (!listed.ok) return listed;
  const commits = new Map(
    listed.value.split("\n").map((line): [string, string] => [line.split("\t")[1] ?? "", line.split("\t")[0] ?? ""]),
  );
  const found = [...patterns]
    .reverse()
    .map((pattern) => commits.get(pattern))
    .find((commit) => commit !== undefined);
  if (found !== undefined) return ok(found);
  if (COMMIT.test(revision)) return ok(revision);
  return failed(
    "DRV_GIT_REVISION_UNKNOWN",
    `Cannot check out ${quoted(revision)}: ${quoted(repository)} has no branch or tag of this name`,
    {
      hint: "Correct the revision, or push it to the repository first",
    },
  );
}

function diff(
  { wanted, head, remote, hasLocalChanges }: CheckoutObserved,
  params: GitCheckoutParams,
): readonly Change[] {
  const changes: Change[] = [];
  if (head === undefined || !head.startsWith(wanted))
    changes.push({ property: "commit", before: head ?? null, after: wanted });
  if (head !== undefined && remote !== params.repository) {
    changes.push({ property: "repository", before: remote ?? null, after: params.repository });
  }
  if (hasLocalChanges) changes.push({ property: "localChanges", before: true, after: false });
  return changes;
}

async function apply(
  params: GitCheckoutParams,
  observed: CheckoutObserved,
  context: ProviderContext,
): ProviderResult<CheckoutResult> {
  const git = new Git(params, context);
  const done =
    observed.head === undefined ? await clone(params, observed, context) : await update(params, observed, git);
  if (!done.ok) return done;
  const head = await git.inFolder(["rev-parse", "HEAD"]);
  return head.ok ? ok({ path: params.path, commit: head.value }) : head;
}

/** Clones beside the path, so that nobody sees half a checkout. */
async function clone(
  params: GitCheckoutParams,
  { wanted }: CheckoutObserved,
  context: ProviderContext,
): ProviderResult<void> {
  const { host, signal } = context;
  const fresh = `${params.path}.drover-new`;
  const git = new Git({ ...params, path: fresh }, context);
  for (const path of [fresh, params.path]) {
    // What stands at the path itself is an empty repository: a checkout without any commit.
    const cleared = await host.remove(path, { signal, recursive: true });
    if (!cleared.ok) return failedWith(cleared.error);
  }
  const cloned = await git.run(["clone", "--quiet", "--no-checkout", "--", params.repository, fresh], {
    isChanging: true,
  });
  const checkedOut = cloned.ok
    ? await git.inFolder(["checkout", "--quiet", "--detach", wanted], { isChanging: true })
    : cloned;
  if (!checkedOut.ok) {
    await host.remove(fresh, { signal, recursive: true });
    return checkedOut;
  }
  const placed = await host.rename(fresh, params.path, { signal });
  return placed.ok ? ok(undefined) : failedWith(placed.error, { changed: true });
}

async function update(params: GitCheckoutParams, { wanted, remote }: CheckoutObserved, git: Git): ProviderResult<void> {
  const verb = remote === undefined ? ["remote", "add", "origin"] : ["remote", "set-url", "origin"];
  const steps = [
    ...(remote === params.repository ? [] : [[...verb, "--", params.repository]]),
    ["fetch", "--quiet", "--force", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"],
    ["checkout", "--quiet", "--detach", ...(params.force ? ["--force"] : []), wanted],
  ];
  for (const step of steps) {
    const ran = await git.inFolder(step, { isChanging: true });
    if (!ran.ok) return ran;
  }
  return ok(undefined);
}

async function capture(
  { path }: GitCheckoutParams,
  { head, branch, remote }: CheckoutObserved,
): ProviderResult<PreImage> {
  return ok({
    facts: { version: 1, path, head: head ?? null, branch: branch ?? null, remote: remote ?? null },
    blobs: [],
  });
}

async function undo(preImage: PreImage, context: ProviderContext): ProviderResult<void> {
  const facts = undoSchema.safeParse(preImage.facts);
  if (!facts.success) {
    return failed("DRV_PROVIDER_PRE_IMAGE_INVALID", "Cannot undo: what was saved is not in the expected form");
  }
  const { path, head, branch, remote } = facts.data;
  const { host, signal } = context;
  if (head === null) {
    for (const each of [`${path}.drover-new`, path]) {
      const removed = await host.remove(each, { signal, recursive: true });
      if (!removed.ok) return failedWith(removed.error);
    }
    return ok(undefined);
  }
  const git = new Git({ path, env: {} }, context);
  const steps = [
    ["checkout", "--quiet", "--force", "--detach", head],
    ...(branch === null ? [] : [["checkout", "--quiet", branch, "--"]]),
    ...(remote === null ? [] : [["remote", "set-url", "origin", "--", remote]]),
  ];
  for (const step of steps) {
    const ran = await git.inFolder(step, { isChanging: true });
    if (!ran.ok) return ran;
  }
  return ok(undefined);
}

/** Makes a folder be a checkout of a revision. */
export const gitCheckoutProvider: WriteProvider<GitCheckoutParams, CheckoutResult, CheckoutObserved> = {
  kind: "write",
  spec: gitCheckout,
  inspect,
  diff,
  unchangedResult: (observed, { path }) => ({ path, commit: observed.head ?? observed.wanted }),
  capture,
  apply,
  undo,
};
