import { assert } from "../base/assert.ts";
import { toJson, type JsonValue } from "../base/json.ts";
import { RESULT_BYTES_MAX } from "../base/limits.ts";
import type { AttemptToken } from "../base/ids.ts";
import type { Host } from "../operation/host.ts";
import type { Change } from "../operation/outcome.ts";
import type {
  ContentStore,
  PreImage,
  Provider,
  ProviderContext,
  ProviderError,
  WriteProvider,
} from "../operation/provider.ts";

/** What one attempt of a provider did, seen from outside. */
export interface ProviderAttempt {
  readonly status: "changed" | "unchanged" | "failed";
  readonly changes: readonly Change[];
  readonly data?: unknown;
  readonly error?: ProviderError;
  /** What `capture` saved; handed over as soon as it exists, also when the attempt is cut short. */
  readonly preImage?: PreImage;
  /** Lines given to `output`. */
  readonly lines: readonly string[];
}

export interface ProviderAttemptOptions {
  readonly host: Host;
  /** As an author writes them; read by the schema of the operation. */
  readonly params: JsonValue;
  readonly contents: ContentStore;
  readonly token: AttemptToken;
  readonly signal?: AbortSignal;
  /** Stop after `diff`, as a dry run does. Default false. */
  readonly isDryRun?: boolean;
  /** Told of the pre-image before `apply` starts. */
  readonly onPreImage?: (preImage: PreImage) => void;
}

/**
 * Drives a provider as an executor does: read the parameters, inspect, diff, capture, apply. Throws what the schema or
 * the provider throws, the signal's reason among it.
 */
export async function runProvider(provider: Provider, options: ProviderAttemptOptions): Promise<ProviderAttempt> {
  const lines: string[] = [];
  const context: ProviderContext = {
    host: options.host,
    signal: options.signal ?? new AbortController().signal,
    token: options.token,
    contents: options.contents,
    output: (_stream, line) => lines.push(line),
  };
  const params = provider.spec.params.parse(options.params);
  if (provider.kind === "write") return await runWrite(provider, { params, context, lines, options });
  const read = await provider.read(params, context);
  if (!read.ok) return { status: "failed", changes: [], error: read.error, lines };
  return { status: "unchanged", changes: [], data: read.value, lines };
}

interface Write {
  readonly params: unknown;
  readonly context: ProviderContext;
  readonly lines: readonly string[];
  readonly options: ProviderAttemptOptions;
}

async function runWrite(provider: WriteProvider, write: Write): Promise<ProviderAttempt> {
  const { params, context, lines, options } = write;
  const observed = await provider.inspect(params, context);
  if (!observed.ok) return { status: "failed", changes: [], error: observed.error, lines };
  const changes = provider.diff(observed.value, params);
  if (changes.length === 0 || options.isDryRun === true) {
    const isUnchanged = changes.length === 0;
    const data = isUnchanged ? { data: provider.unchangedResult(observed.value, params) } : {};
    return { status: isUnchanged ? "unchanged" : "changed", changes, ...data, lines };
  }
  const captured = await provider.capture?.(params, observed.value, context);
  if (captured !== undefined && !captured.ok) return { status: "failed", changes, error: captured.error, lines };
  const saved = captured === undefined ? {} : { preImage: throughJson(captured.value) };
  if (saved.preImage !== undefined) options.onPreImage?.(saved.preImage);
  const applied = await provider.apply(params, observed.value, context);
  if (!applied.ok) return { status: "failed", changes, error: applied.error, ...saved, lines };
  return { status: "changed", changes, data: applied.value, ...saved, lines };
}

/** Executors write pre-images to a journal: their facts must survive that. */
function throughJson(preImage: PreImage): PreImage {
  const facts: unknown = JSON.parse(JSON.stringify(preImage.facts));
  const plain = toJson(facts, { bytesMax: RESULT_BYTES_MAX });
  assert(plain.ok, "The facts of a pre-image must be JSON");
  return { facts: plain.value, blobs: preImage.blobs.map((blob) => blob.slice()) };
}
