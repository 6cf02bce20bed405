/** A `package.json`, as far as publishing looks at it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: { readonly [entry: string]: { readonly [condition: string]: string } };
  readonly files: readonly string[];
  readonly [field: string]: unknown;
}

/** Fields that serve work on the repository only. */
const REPOSITORY_FIELDS = [
  "private",
  "scripts",
  "devDependencies",
  "optionalDependencies",
  "workspaces",
  "allowScripts",
];

/**
 * The manifest users get: without scripts (they would build in the user's project), development dependencies and the
 * pinned Node binaries, and without the condition that leads to TypeScript sources, which are not shipped.
 */
export function publishedManifest(manifest: Manifest): Manifest {
  const kept = Object.entries(manifest).filter(([field]) => !REPOSITORY_FIELDS.includes(field));
  const exports = Object.entries(manifest.exports).map(([entry, conditions]) => {
    const { source: _, ...shipped } = conditions;
    return [entry, shipped] as const;
  });
  return { ...manifest, ...Object.fromEntries(kept), exports: Object.fromEntries(exports), ...removed() };
}

function removed(): { readonly [field: string]: undefined } {
  return Object.fromEntries(REPOSITORY_FIELDS.map((field) => [field, undefined]));
}
