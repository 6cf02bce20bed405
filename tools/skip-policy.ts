/** How a test says that a program it needs is not installed: `missing part: busybox`. */
const MISSING_PART = /^missing part: ([\w.+-]+)/;

interface SkipEnvironment {
  readonly [name: string]: string | undefined;
}

/**
 * Why a skip is a failure, or `undefined` when it may stand. A skip says why, so that people see what was not tested here. A
 * test may skip when a part it needs is missing on this machine, but not where that part was installed for it:
 * `DROVER_INSTALLED_PARTS` lists those, and without it `CI=true` stands for all of them.
 */
export function judgeSkip(reason: string | boolean, environment: SkipEnvironment): string | undefined {
  if (typeof reason === "boolean" || reason.trim() === "") return "skipped without saying why";
  const part = MISSING_PART.exec(reason)?.[1];
  if (part === undefined) return undefined;
  const installed = environment["DROVER_INSTALLED_PARTS"];
  const isInstalled = installed === undefined ? environment["CI"] === "true" : installed.split(/[\s,]+/).includes(part);
  return isInstalled ? `skipped because "${part}" is missing, although it is installed here` : undefined;
}
