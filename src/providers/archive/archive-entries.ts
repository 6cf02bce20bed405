/** One entry of an archive, as the tool lists it. */
export interface ArchiveEntry {
  /** `file`, `folder`, `link` (symbolic), `hardlink`, or what may not be in an archive. */
  readonly type: "file" | "folder" | "link" | "hardlink" | "other";
  readonly name: string;
  readonly target?: string;
  readonly sizeBytes: number;
}

const TYPES: { readonly [letter: string]: ArchiveEntry["type"] } = {
  "-": "file",
  d: "folder",
  l: "link",
  h: "hardlink",
};

/** Reads `tar --list --verbose --numeric-owner --quoting-style=escape`. */
export function parseTarList(text: string): readonly ArchiveEntry[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(.)\S{9}\S*\s+\S+\/\S+\s+(\d+)\s+\S+\s+\S+\s(.*)$/.exec(line);
    if (match === null) return line === "" ? [] : [{ type: "other" as const, name: line, sizeBytes: 0 }];
    const [, letter = "", size = "", rest = ""] = match;
    const type = TYPES[letter] ?? "other";
    const [name = "", ...targets] =
      type === "link" ? rest.split(" -> ") : type === "hardlink" ? rest.split(" link to ") : [rest];
    // A name with an arrow in it cannot be told from a target: refused rather than guessed.
    if (targets.length > 1) return [{ type: "other" as const, name: rest, sizeBytes: 0 }];
    const [target] = targets;
    return [{ type, name, sizeBytes: type === "file" ? Number(size) : 0, ...(target === undefined ? {} : { target }) }];
  });
}

/** Reads `unzip -Z`, whose lines of entries start with a mode. */
export function parseZipList(text: string): readonly ArchiveEntry[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(.)\S{5,9}\s+\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+\S+\s+\S+\s(.*)$/.exec(line);
    if (match === null) return [];
    const [, letter = "", size = "", name = ""] = match;
    // The target of a link in a zip is its content, which nobody has looked at.
    const type = name.endsWith("/") ? "folder" : letter === "-" || letter === "?" ? "file" : "other";
    return [{ type, name, sizeBytes: Number(size) }];
  });
}

export interface ArchiveLimits {
  readonly stripComponents: number;
  readonly sizeBytesMax: number;
}

/** Why an archive must not be unpacked, `undefined` when it may. */
export function archiveDefect(entries: readonly ArchiveEntry[], limits: ArchiveLimits): string | undefined {
  const links = new Set<string>();
  let bytes = 0;
  for (const entry of entries) {
    const parts = partsOf(entry.name);
    if (parts === undefined) return `entry ${JSON.stringify(entry.name)} leads outside of the folder`;
    if (entry.type === "other") return `entry ${JSON.stringify(entry.name)} is a device, or cannot be understood`;
    if (parts.some((_, index) => links.has(parts.slice(0, index).join("/")))) {
      return `entry ${JSON.stringify(entry.name)} goes through a link of the archive`;
    }
    if (entry.type === "link" || entry.type === "hardlink") {
      if (isOutside(entry, parts, limits)) return `link ${JSON.stringify(entry.name)} leads outside of the folder`;
      links.add(parts.join("/"));
    }
    bytes += entry.sizeBytes;
    if (bytes > limits.sizeBytesMax) return `its content has more than ${limits.sizeBytesMax} bytes`;
  }
  return undefined;
}

/** Parts of a relative name; `undefined` when it is absolute or goes up. */
function partsOf(name: string): readonly string[] | undefined {
  if (name.startsWith("/") || name.includes("\\")) return undefined;
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts;
}

/** Hard links name other entries; symbolic ones are read from where they stand, after leading folders were left out. */
function isOutside(entry: ArchiveEntry, parts: readonly string[], { stripComponents }: ArchiveLimits): boolean {
  const target = entry.target ?? "";
  if (target === "" || target.startsWith("/") || target.includes("\\")) return true;
  if (entry.type === "hardlink") return partsOf(target) === undefined;
  let depth = parts.length - 1 - stripComponents;
  for (const part of target.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}
