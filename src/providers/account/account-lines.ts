import { z } from "zod";
import { ok } from "../../base/result.ts";
import type { FileStat } from "../../operation/host.ts";
import type { ProviderContext, ProviderResult } from "../../operation/provider.ts";
import { failedWith } from "../failure.ts";
import { encodeText } from "../file/content-change.ts";
import { readText } from "../managed-files.ts";

/** Files in which accounts have lines, each starting with a name and a colon. */
const FILES = ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid", "/etc/subgid"] as const;

export const accountLinesSchema = z.array(z.strictObject({ path: z.enum(FILES), text: z.string().nullable() }));

/** The account files as they were before a change, `null` for those that do not exist. */
export type AccountLines = z.output<typeof accountLinesSchema>;

/** Saves the account files. */
export async function captureAccountLines(context: ProviderContext): ProviderResult<AccountLines> {
  const saved: AccountLines = [];
  for (const path of FILES) {
    const text = await readText(path, context);
    if (!text.ok) return text;
    saved.push({ path, text: text.value ?? null });
  }
  return ok(saved);
}

/**
 * Puts the lines of some accounts back as they were saved, and leaves the lines of others as they are now. When nothing
 * else has changed since, the files get exactly the bytes they had.
 */
export async function restoreAccountLines(
  saved: AccountLines,
  touched: { readonly user?: string; readonly group?: string },
  context: ProviderContext,
): ProviderResult<void> {
  for (const { path, text } of saved) {
    const current = await readText(path, context);
    if (!current.ok) return current;
    const before = text ?? "";
    const wanted = mergeLines({ before, now: current.value ?? "", isOurs: oursIn(path, touched) });
    const isSame = wanted === (current.value ?? "") && (text !== null || current.value === undefined);
    if (isSame) continue;
    const written = await writeBack(path, wanted, { isRemoved: text === null && wanted === "", context });
    if (!written.ok) return written;
  }
  return ok(undefined);
}

/** Which lines of a file belong to the accounts: those that start with the name, and groups with the user as member. */
function oursIn(path: string, { user, group }: { readonly user?: string; readonly group?: string }) {
  return (line: string): boolean => {
    const [name = "", , third = "", members = ""] = line.split(":");
    if (path === "/etc/passwd" || path === "/etc/shadow" || path.startsWith("/etc/sub")) return name === user;
    if (name === user || name === group) return true;
    const people = path === "/etc/gshadow" ? `${third},${members}` : members;
    return user !== undefined && people.split(",").includes(user);
  };
}

export interface LineMerge {
  readonly before: string;
  readonly now: string;
  readonly isOurs: (line: string) => boolean;
}

/** The text `now` with our lines as they were in `before`. */
export function mergeLines({ before, now, isOurs }: LineMerge): string {
  const linesBefore = linesOf(before);
  const linesNow = linesOf(now);
  // A line is ours when it is so on either side: a membership that came or went makes it ours on one side only.
  const names = new Set([...linesBefore, ...linesNow].filter(isOurs).map(nameOf));
  const isTouched = (line: string): boolean => names.has(nameOf(line));
  const othersBefore = linesBefore.filter((line) => !isTouched(line));
  const othersNow = linesNow.filter((line) => !isTouched(line));
  if (othersBefore.join("\n") === othersNow.join("\n")) return before;
  const ours = new Map(linesBefore.filter(isTouched).map((line) => [nameOf(line), line]));
  const merged = linesNow.flatMap((line) => {
    if (!isTouched(line)) return [line];
    const saved = ours.get(nameOf(line));
    ours.delete(nameOf(line));
    return saved === undefined ? [] : [saved];
  });
  return [...merged, ...ours.values()].map((line) => `${line}\n`).join("");
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function nameOf(line: string): string {
  return line.split(":", 1)[0] ?? "";
}

async function writeBack(
  path: string,
  text: string,
  { isRemoved, context }: { readonly isRemoved: boolean; readonly context: ProviderContext },
): ProviderResult<void> {
  const { host, signal } = context;
  if (isRemoved) {
    const removed = await host.remove(path, { signal });
    return removed.ok ? ok(undefined) : failedWith(removed.error);
  }
  const found = await host.stat(path, { signal });
  if (!found.ok) return failedWith(found.error);
  const written = await host.writeFile(path, encodeText(text), { signal, ...modeOf(path, found.value) });
  return written.ok ? ok(undefined) : failedWith(written.error);
}

function modeOf(path: string, stat: FileStat | undefined) {
  if (stat !== undefined) return { mode: stat.mode, owner: { user: stat.uid, group: stat.gid } };
  return { mode: path.endsWith("shadow") ? 0o640 : 0o644 };
}
