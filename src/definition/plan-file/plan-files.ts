import type { CodedError } from "../../base/coded-error.ts";
import type { Result } from "../../base/result.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { decodeSource } from "./decode-source.ts";
import { readYaml } from "./read-yaml.ts";
import { SourceFile } from "./source-file.ts";
import { type PlanSource, type SourceLoader, unreadable } from "./source-loader.ts";
import type { SourceTree } from "./source-tree.ts";

/** Files one plan may be made of. */
const FILES_MAX = 1_000;

/** A file that was read: what it says when it is a part of the plan, and what is wrong with it. */
export interface PlanFileEntry {
  readonly file: SourceFile;
  /** Absent when it has mistakes of syntax, or when it is only a text. */
  readonly tree?: SourceTree;
  readonly problems: readonly Diagnostic[];
}

/** The files that make a plan, each read once. */
export class PlanFiles {
  readonly #loader: SourceLoader;
  readonly #entries = new Map<string, PlanFileEntry>();
  /** By the file that names it and the name it uses. */
  readonly #references = new Map<string, string | CodedError>();
  readonly #wanted = new Map<string, { readonly reference: string; readonly from: string; readonly isPlan: boolean }>();

  constructor(loader: SourceLoader) {
    this.#loader = loader;
  }

  /** In the order they were first named. */
  get entries(): readonly PlanFileEntry[] {
    return [...this.#entries.values()];
  }

  get(name: string): PlanFileEntry | undefined {
    return this.#entries.get(name);
  }

  /** The name of the file that `reference` means, why there is none, or `undefined` until {@link loadWanted}. */
  find(reference: string, from: string, isPlan: boolean): string | CodedError | undefined {
    const key = `${isPlan ? "plan" : "text"} ${from}\n${reference}`;
    const known = this.#references.get(key);
    if (known === undefined) this.#wanted.set(key, { reference, from, isPlan });
    return known;
  }

  get isWaiting(): boolean {
    return this.#wanted.size > 0;
  }

  async loadWanted(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (const [key, { reference, from, isPlan }] of wanted) {
      this.#references.set(key, await this.#load(reference, from, isPlan));
    }
  }

  async add(source: PlanSource, isPlan: boolean): Promise<PlanFileEntry> {
    const known = this.#entries.get(source.name);
    if (known !== undefined && (known.tree !== undefined || !isPlan || known.problems.length > 0)) return known;
    const entry = await readEntry(source, isPlan);
    this.#entries.set(source.name, entry);
    return entry;
  }

  async #load(reference: string, from: string, isPlan: boolean): Promise<string | CodedError> {
    if (this.#entries.size >= FILES_MAX) return unreadable(reference, `the plan has more than ${FILES_MAX} files`);
    const loaded: Result<PlanSource, CodedError> = await this.#loader.load(reference, from);
    if (!loaded.ok) return loaded.error;
    await this.add(loaded.value, isPlan);
    return loaded.value.name;
  }
}

async function readEntry(source: PlanSource, isPlan: boolean): Promise<PlanFileEntry> {
  const decoded = decodeSource(source);
  if (!decoded.ok) return { file: new SourceFile(source.name, ""), problems: [decoded.error] };
  const file = decoded.value;
  if (!isPlan) return { file, problems: [] };
  const read = await readYaml(file);
  return read.ok ? { file, tree: read.value.tree, problems: read.value.problems } : { file, problems: read.error };
}
