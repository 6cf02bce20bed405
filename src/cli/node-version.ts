/** Oldest Node this program runs on: type stripping, `node:sqlite` and disposable stacks without flags. */
const MAJOR_MIN = 24;
const MINOR_MIN = 16;

/** One sentence that says what to do when `version` is too old for drover; `undefined` when it is fine. */
export function nodeVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > MAJOR_MIN || (major === MAJOR_MIN && minor >= MINOR_MIN)) return undefined;
  return (
    `drover needs Node ${MAJOR_MIN}.${MINOR_MIN} or newer, but this is Node ${version}: ` +
    `install a newer Node, or run it through "npx" in a project that pins one`
  );
}
