import type { GraphPicture } from "./graph-picture.ts";

/** One row of a rail drawing: a character a cell; rails stand in even columns. */
export interface RailRow {
  readonly glyphs: readonly string[];
  /** The task of this row; absent for a row that only joins or parts rails. */
  readonly node?: number;
  /** Cell of the task's marker. */
  readonly nodeColumn?: number;
}

export interface RailOptions {
  /** Rails side by side before the drawing is given up. */
  readonly railsMax: number;
}

// Directions in which a cell is joined to its neighbours.
const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;

const GLYPHS = [" ", "│", "│", "│", "─", "╯", "╮", "┤", "─", "╰", "╭", "├", "─", "┴", "┬", "┼"] as const;

/**
 * Draws blocking edges as rails that run downwards from a task to the tasks that depend on it. A rail belongs to the task
 * it leads to; rails to the same task are joined as soon as they meet, so a fan-in of a hundred is one rail.
 * @returns rows from the first to the last task, or `undefined` when more than `railsMax` rails were needed
 */
export function drawRails(picture: GraphPicture, { railsMax }: RailOptions): readonly RailRow[] | undefined {
  const targets = blockingTargets(picture);
  const rails: (number | undefined)[] = [];
  const rows: RailRow[] = [];
  for (const node of picture.layers.flat()) {
    const column = columnFor(rails, node);
    rows.push(...joinRow(rails, node, column), nodeRow(rails, node, column));
    const opened = openRails(rails, column, targets.get(node) ?? []);
    if (rails.length > railsMax) return undefined;
    rows.push(...partRow(opened));
    while (rails.length > 0 && rails.at(-1) === undefined) rails.pop();
  }
  return rows;
}

/** Dependents of each node in drawing order, nearest layer first. */
function blockingTargets(picture: GraphPicture): ReadonlyMap<number, readonly number[]> {
  const place = new Map(picture.layers.flat().map((node, position) => [node, position]));
  const blocking = picture.edges.filter((edge) => edge.kind !== "preferred");
  const grouped = Map.groupBy(blocking, (edge) => edge.source);
  return new Map(
    Array.from(grouped, ([source, edges]) => [
      source,
      edges.map((edge) => edge.target).sort((one, other) => (place.get(one) ?? 0) - (place.get(other) ?? 0)),
    ]),
  );
}

/** The leftmost rail that leads to `node`, or a free column for a task that nothing leads to. */
function columnFor(rails: (number | undefined)[], node: number): number {
  const own = rails.indexOf(node);
  if (own !== -1) return own;
  const free = rails.indexOf(undefined);
  const column = free === -1 ? rails.length : free;
  rails[column] = node;
  return column;
}

/** Joins all rails that lead to `node` into its column. */
function joinRow(rails: (number | undefined)[], node: number, column: number): readonly RailRow[] {
  const others = rails.flatMap((target, rail) => (target === node && rail !== column ? [rail] : []));
  if (others.length === 0) return [];
  const before = rails.slice();
  for (const rail of others) rails[rail] = undefined;
  return [spanRow(before, rails, [column, ...others])];
}

function nodeRow(rails: readonly (number | undefined)[], node: number, column: number): RailRow {
  const glyphs = cells(rails, (target) => (target === undefined ? " " : "│"));
  return { glyphs, node, nodeColumn: column * 2 };
}

interface Opened {
  readonly before: readonly (number | undefined)[];
  readonly after: readonly (number | undefined)[];
  readonly touched: readonly number[];
}

/** Gives each dependent a rail: one that already leads there, the node's own column, or a new one. */
function openRails(rails: (number | undefined)[], column: number, targets: readonly number[]): Opened {
  const before = rails.slice();
  const touched = new Set([column]);
  rails[column] = undefined;
  for (const target of targets) {
    const present = rails.indexOf(target);
    const rail = present === -1 ? freeColumn(rails, column) : present;
    rails[rail] = target;
    touched.add(rail);
  }
  return { before, after: rails.slice(), touched: [...touched] };
}

/** The node's own column when it is free, else the nearest free one to its right, else a new one. */
function freeColumn(rails: readonly (number | undefined)[], column: number): number {
  const free = rails.indexOf(undefined, column);
  return free === -1 ? rails.length : free;
}

function partRow({ before, after, touched }: Opened): readonly RailRow[] {
  return touched.length < 2 ? [] : [spanRow(before, after, touched)];
}

/** A row whose `touched` rails are joined by one horizontal line; other rails pass behind it. */
function spanRow(
  before: readonly (number | undefined)[],
  after: readonly (number | undefined)[],
  touched: readonly number[],
): RailRow {
  const first = Math.min(...touched);
  const last = Math.max(...touched);
  const count = Math.max(before.length, after.length);
  const glyphs: string[] = [];
  for (let rail = 0; rail < count; rail++) {
    const vertical = (before[rail] === undefined ? 0 : UP) | (after[rail] === undefined ? 0 : DOWN);
    const isInside = rail >= first && rail <= last;
    const horizontal = (rail > first ? LEFT : 0) | (rail < last ? RIGHT : 0);
    const joins = touched.includes(rail) || (isInside && vertical === 0);
    glyphs.push(GLYPHS[joins ? vertical | horizontal : vertical] ?? " ");
    if (rail < count - 1) glyphs.push(rail >= first && rail < last ? "─" : " ");
  }
  return { glyphs };
}

function cells<T>(rails: readonly T[], glyphOf: (rail: T) => string): readonly string[] {
  return rails.flatMap((rail, column) => (column < rails.length - 1 ? [glyphOf(rail), " "] : [glyphOf(rail)]));
}
