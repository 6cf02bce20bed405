import type { SQLInputValue } from "node:sqlite";
import { invalid } from "../page-cursor.ts";
import type { RunQuery } from "../view-rows.ts";

/** Longest text that is searched for. */
const TEXT_LENGTH_MAX = 1_000;

/** The question for a list of runs, newest first; one more value is its limit. */
export function runListSql(
  query: RunQuery,
  before: number | undefined,
): { readonly sql: string; readonly values: readonly SQLInputValue[] } {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const where = (condition: string, ...given: readonly SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (before !== undefined) where("number < ?", before);
  if (query.status === "running") where("phase <> 'finished'");
  else if (query.status === "quarantined") where("quarantine_code IS NOT NULL");
  else if (query.status !== undefined) where("verdict = ?", query.status);
  if (query.plan !== undefined) where("plan = ?", query.plan);
  if (query.actor !== undefined) where("actor = ?", query.actor);
  if (query.fromMs !== undefined) where("created_ms >= ?", time(query.fromMs));
  if (query.toMs !== undefined) where("created_ms < ?", time(query.toMs));
  if (query.text !== undefined) {
    const text = searched(query.text);
    where("(instr(lower(plan), lower(?)) > 0 OR substr(id, 1, length(?)) = ?)", text, text, text);
  }
  const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return { sql: `SELECT * FROM run ${filter} ORDER BY number DESC LIMIT ?`, values };
}

function time(atMs: number): number {
  if (Number.isFinite(atMs)) return Math.round(atMs);
  throw invalid(`the time is ${String(atMs)}, not milliseconds since 1970`);
}

function searched(text: string): string {
  if (text.length > TEXT_LENGTH_MAX) throw invalid(`the text is longer than ${TEXT_LENGTH_MAX} characters`);
  if (text.includes("\u0000")) throw invalid("the text holds a character NUL, which no name does");
  return text;
}
