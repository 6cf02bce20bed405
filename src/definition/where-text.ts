const PREFIX = "where(";

/** A target of all hosts for which a condition holds, as it is kept in plans. No host has such a name. */
export function whereText(condition: string): string {
  return `${PREFIX}${condition})`;
}

/** The condition of a target; `undefined` for any other target. */
export function conditionOf(target: string): string | undefined {
  return target.startsWith(PREFIX) && target.endsWith(")") ? target.slice(PREFIX.length, -1) : undefined;
}
