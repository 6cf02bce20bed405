/** Parameters of commands that a shell reads when they are texts. */
const SHELL_TEXTS: ReadonlySet<string> = new Set(["script", "unless", "onlyIf"]);

/** Whether a shell reads this parameter: `${NAME}` in it is the shell's, and no expression. */
export function isShellText(operation: string, name: string, value: unknown): value is string {
  return (
    typeof value === "string" && SHELL_TEXTS.has(name) && /^command\.(?:shell|exec)(?:\.execute)?$/.test(operation)
  );
}

/** Where a text of a program has what looks like an expression of a plan: it begins with one of their names; else -1. */
export function interpolationIn(text: string): number {
  return text.search(/\$\{\s*(?:params|tasks|item|host|facts|run|result)\b/);
}
