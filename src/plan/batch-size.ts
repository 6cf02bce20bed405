import { shown } from "../definition/task-input.ts";
import type { BatchSize } from "./compiled-plan.ts";
import { memberOf, type Place, type Problems } from "./problems.ts";

const PERCENT = /^(\d{1,3}(?:\.\d{1,3})?)%$/;
const EVERYTHING: BatchSize = { percent: 100 };

/** Reads a number of hosts (an integer from `min`) or a percentage such as `"10%"`; `undefined` when it is neither. */
export function readBatchSize(value: unknown, { min }: { readonly min: number }): BatchSize | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= min ? { hosts: value } : undefined;
  const percent = typeof value === "string" ? Number(PERCENT.exec(value)?.[1] ?? Number.NaN) : Number.NaN;
  return percent >= min && percent <= 100 ? { percent } : undefined;
}

/** Reads the cumulative sizes of batches; everything is added as the last one. */
export function readBatches(
  sizes: readonly unknown[],
  context: { readonly problems: Problems; readonly place: Place },
): readonly BatchSize[] {
  const { problems } = context;
  const place = memberOf(context.place, "batches");
  const batches: BatchSize[] = [];
  for (const [index, size] of sizes.entries()) {
    const batch = readBatchSize(size, { min: 1 });
    const previous = batches.at(-1);
    if (batch === undefined) {
      const wanted = 'a number of hosts from 1 or a percentage from "1%" to "100%"';
      problems.add("DRV_PLAN_VALUE_INVALID", place, `batch ${index + 1} is ${shown(size)}, and ${wanted} is needed`);
    } else if (previous !== undefined && !isLarger(batch, previous)) {
      problems.add("DRV_PLAN_VALUE_INVALID", place, `batch ${index + 1} is not larger than the one before`, {
        hint: 'Sizes count from the start: [1, "10%", "50%"] is one host, then up to a tenth, then up to half',
      });
    } else batches.push(batch);
  }
  const last = batches.at(-1);
  const isComplete = last !== undefined && "percent" in last && last.percent === 100;
  return isComplete ? batches : [...batches, EVERYTHING];
}

/** Numbers and percentages cannot be compared without the hosts. */
function isLarger(batch: BatchSize, previous: BatchSize): boolean {
  if ("hosts" in batch) return !("hosts" in previous) || batch.hosts > previous.hosts;
  return !("percent" in previous) || batch.percent > previous.percent;
}
