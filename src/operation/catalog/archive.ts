import { z } from "zod";
import { defineOperation } from "../spec.ts";
import { ENSURE } from "./declaration.ts";
import { account, pathBelowRoot } from "./fields.ts";

const SHA256 = /^[0-9a-f]{64}$/;

/** Makes the content of an archive stand in a folder. */
export const archiveExtract = defineOperation({
  ...ENSURE,
  name: "archive.extract",
  aliases: ["archive.extract.execute"],
  category: "archive",
  summary: "Makes the content of a tar or zip archive stand in a folder",
  description:
    "Unpacks beside the folder and puts the result in its place in one step, so that nobody sees half of it; what stood in " +
    "the folder goes. The folder is as wanted when drover put this very archive there. Archives with absolute paths, `..`, " +
    "links that lead outside, devices, or far more bytes than the limit are refused before anything is changed.",
  params: z.strictObject({
    archive: pathBelowRoot().describe("Archive on the host: .tar, .tar.gz, .tgz, .tar.xz, .tar.bz2, .tar.zst or .zip"),
    path: pathBelowRoot().describe("Folder that holds the content afterwards; its parent must exist"),
    stripComponents: z
      .int()
      .min(0, "must not be negative")
      .max(20, "must not be above 20")
      .default(0)
      .describe("Leading folders to leave out; not for zip"),
    sha256: z.string().regex(SHA256, "must be 64 hexadecimal digits").optional().describe("Hash the archive must have"),
    owner: account().optional().describe("User that owns everything; else the one drover runs as"),
    group: account().optional().describe("Group that owns everything"),
    sizeBytesMax: z
      .int()
      .min(1, "must be at least 1")
      .default(4 * 1024 ** 3)
      .describe("Bytes the content may have"),
  }),
  result: z.strictObject({ path: z.string(), sha256: z.string(), entryCount: z.int() }),
  osFamilies: "any",
  needsRoot: false,
  example: { archive: "/srv/releases/app-42.tar.gz", path: "/srv/app/releases/42", stripComponents: 1 },
});

export type ArchiveExtractParams = z.output<typeof archiveExtract.params>;
