import { z } from "zod";
import { decodeJson } from "./engine-answer.ts";

const BLOCK_BYTES = 512;
/** Far above the list of any archive. */
const MANIFEST_BYTES_MAX = 1024 * 1024;

const manifest = z.array(z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish() }));

/** A name that an archive gives to an image. */
export interface ArchivedImage {
  readonly image: string;
  readonly id: string;
}

/** Names and ids of the images in an archive of `docker save`; `undefined` when it is none. */
export function imagesOfArchive(archive: Uint8Array): readonly ArchivedImage[] | undefined {
  const content = fileOfTar(archive, "manifest.json");
  const parsed = manifest.safeParse(content === undefined ? undefined : decodeJson(content));
  if (!parsed.success) return undefined;
  return parsed.data.flatMap(({ Config, RepoTags }) => {
    // The name of the file is the hash of the configuration, which is the id of the image.
    const [hash] = /[0-9a-f]{64}/.exec(Config) ?? [];
    return hash === undefined ? [] : (RepoTags ?? []).map((image) => ({ image, id: `sha256:${hash}` }));
  });
}

function fileOfTar(archive: Uint8Array, wanted: string): Uint8Array | undefined {
  for (let at = 0; at + BLOCK_BYTES <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK_BYTES);
    const name = textOf(header.subarray(0, 100));
    const size = Number.parseInt(textOf(header.subarray(124, 136)).trim(), 8);
    if (name === "" || !isMagic(header) || !Number.isSafeInteger(size) || size < 0) return undefined;
    const start = at + BLOCK_BYTES;
    if (name.replace(/^\.\//, "") === wanted) {
      return size <= MANIFEST_BYTES_MAX && start + size <= archive.length
        ? archive.subarray(start, start + size)
        : undefined;
    }
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return undefined;
}

function isMagic(header: Uint8Array): boolean {
  return textOf(header.subarray(257, 262)) === "ustar";
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
