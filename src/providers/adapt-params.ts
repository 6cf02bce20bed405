import { must } from "../base/assert.ts";
import type { PreImage, ProviderContext, ReadProvider, WriteProvider } from "../operation/provider.ts";
import type { OperationSpec } from "../operation/spec.ts";

/**
 * A provider for a second operation that is a special case of the first, such as `service.start` of `service.ensure`:
 * `map` turns its parameters into those of the first.
 */
export function adaptParams<Given, Params, ResultData, Observed>(
  spec: OperationSpec<Given, ResultData>,
  provider: WriteProvider<Params, ResultData, Observed>,
  map: (given: Given) => Params,
): WriteProvider<Given, ResultData, Observed> {
  const isReversible = spec.reversibility !== "none" && provider.capture !== undefined;
  return {
    kind: "write",
    spec,
    inspect: (given, context) => provider.inspect(map(given), context),
    diff: (observed, given) => provider.diff(observed, map(given)),
    unchangedResult: (observed, given) => provider.unchangedResult(observed, map(given)),
    apply: (given, observed, context) => provider.apply(map(given), observed, context),
    ...(isReversible
      ? {
          capture: (given: Given, observed: Observed, context: ProviderContext) =>
            must(provider.capture?.(map(given), observed, context), "it captures"),
          undo: (preImage: PreImage, context: ProviderContext) => must(provider.undo?.(preImage, context), "it undoes"),
        }
      : {}),
  };
}

/** A provider that only looks. */
export function readProvider<Params, ResultData>(
  spec: OperationSpec<Params, ResultData>,
  read: ReadProvider<Params, ResultData>["read"],
): ReadProvider<Params, ResultData> {
  return { kind: "read", spec, read };
}
