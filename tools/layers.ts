import { readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";

/** A row of the layer table: what one folder of `src/` may touch. `base` and the folder itself are always allowed. */
export interface Layer {
  readonly holds: string;
  /** Folders it may import; `*` for all. */
  readonly imports: readonly string[];
  /** Folders it may import types from, and nothing that exists at run time. */
  readonly typeImports?: readonly string[];
  /** npm packages it may import. */
  readonly packages?: readonly string[];
  /** May import `node:*` everywhere. Default false. */
  readonly node?: boolean;
  /** May read the clock, set timers and draw random numbers everywhere. Default false: through the ports only. */
  readonly clock?: boolean;
  /** Single files that may import some `node:*` modules; `node:*` for all. */
  readonly nodeFiles?: readonly {
    readonly files: string;
    readonly modules: readonly string[];
    readonly reason: string;
  }[];
  /** Single files that may use clock, timers and randomness. */
  readonly clockFiles?: readonly { readonly files: string; readonly reason: string }[];
}

export interface LayerTable {
  readonly folders: { readonly [folder: string]: Layer };
  /** Files directly in `src/`, and the folders each may import. */
  readonly entries: { readonly [file: string]: readonly string[] };
  readonly bannedFileNames: readonly string[];
  readonly limits: { readonly fileLines: number; readonly functionLines: number };
}

/** Reads `tools/layers.json` of the repository at `root`. */
export function readLayerTable(root: string): LayerTable {
  // The file is ours and checked by every run of the tools that read it.
  return JSON.parse(readFileSync(join(root, "tools", "layers.json"), "utf8")) as LayerTable;
}

/** Folders whose values `folder` may import, itself and `base` included. */
export function importableFolders(table: LayerTable, folder: string): ReadonlySet<string> {
  const layer = table.folders[folder];
  const named = layer?.imports ?? [];
  return new Set([folder, "base", ...(named.includes("*") ? Object.keys(table.folders) : named)]);
}

/** Whether `file`, relative to its layer's folder, may import the Node module `specifier`. */
export function mayImportNode(layer: Layer, { file, specifier }: { file: string; specifier: string }): boolean {
  if (layer.node === true) return true;
  return (layer.nodeFiles ?? []).some(
    (exception) =>
      matchesGlob(file, exception.files) &&
      exception.modules.some((module) => module === specifier || module === "node:*"),
  );
}
