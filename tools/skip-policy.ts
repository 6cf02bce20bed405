/** How a test says that a program it needs is not installed: `missing part: busybox`. */
const MISSING_PART = /^missing part: ([\w.+-]+)/;

interface SkipEnvironment {
  readonly [name: string]: string | undefined;
}

/**
 * Why a skip is a failure, or `undefined` when it may stand. A test may skip when a part it needs is missing on this
 * machine, but not where that part was installed for it: `DROVER_INSTALLED_PARTS` lists those, and without it
 * `CI=true` stands for all of them. A skip without such a reason hides a test and is always a failure.
 */
export function judgeSkip(reason: string | boolean, environment: SkipEnvironment): string | undefined {
  const part = MISSING_PART.exec(String(reason))?.[1];
  if (part === undefined) return `skipped without a reason of the form "missing part: NAME", but with "${reason}"`;
  const installed = environment["DROVER_INSTALLED_PARTS"];
  const isInstalled = installed === undefined ? environment["CI"] === "true" : installed.split(/[\s,]+/).includes(part);
  return isInstalled ? `skipped because "${part}" is missing, although it is installed here` : undefined;
}
