import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "../base/clock.ts";
import { toJson } from "../base/json.ts";
import type { StoredPreImage } from "./pre-image-store.ts";

export const KEY_BYTES = 32;
const FORMAT = Buffer.from("DRVP1", "latin1");
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = FORMAT.length + IV_BYTES + TAG_BYTES;

/**
 * A pre-image as encrypted bytes (AES-256-GCM): format, nonce, tag, content. They only open under the name they were sealed
 * with.
 */
export function sealPreImage(
  stored: StoredPreImage,
  given: { readonly key: Uint8Array; readonly name: string; readonly random: Random },
): Buffer {
  const iv = given.random.bytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", given.key, iv).setAAD(Buffer.from(given.name));
  const content = Buffer.concat([cipher.update(encode(stored)), cipher.final()]);
  return Buffer.concat([FORMAT, iv, cipher.getAuthTag(), content]);
}

/** The content of sealed bytes; `undefined` when key, name or bytes are not those of the sealing. */
export function openPreImage(
  sealed: Buffer,
  given: { readonly key: Uint8Array; readonly name: string },
): Omit<StoredPreImage, "runId"> | undefined {
  if (sealed.length < HEAD_BYTES || !sealed.subarray(0, FORMAT.length).equals(FORMAT)) return undefined;
  const iv = sealed.subarray(FORMAT.length, FORMAT.length + IV_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", given.key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(given.name)).setAuthTag(sealed.subarray(FORMAT.length + IV_BYTES, HEAD_BYTES));
  try {
    return decode(Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** Length of the head, the head as JSON, then the blobs one after the other. */
function encode({ operation, preImage, secrets }: StoredPreImage): Buffer {
  const lengths = preImage.blobs.map((blob) => blob.length);
  const head = Buffer.from(JSON.stringify({ operation, facts: preImage.facts, secrets, lengths }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, ...preImage.blobs]);
}

function decode(content: Buffer): Omit<StoredPreImage, "runId"> | undefined {
  const end = 4 + content.readUInt32BE(0);
  const head: unknown = JSON.parse(content.toString("utf8", 4, end));
  if (!isHead(head)) return undefined;
  const facts = toJson(head.facts, { bytesMax: Number.MAX_SAFE_INTEGER });
  if (!facts.ok) return undefined;
  let at = end;
  const blobs = head.lengths.map((length) => new Uint8Array(content.subarray(at, (at += length))));
  return { operation: head.operation, preImage: { facts: facts.value, blobs }, secrets: head.secrets };
}

interface Head {
  readonly operation: string;
  readonly facts: unknown;
  readonly secrets: readonly string[];
  readonly lengths: readonly number[];
}

function isHead(value: unknown): value is Head {
  if (typeof value !== "object" || value === null || !("operation" in value) || !("facts" in value)) return false;
  if (!("secrets" in value) || !Array.isArray(value.secrets) || !("lengths" in value)) return false;
  return typeof value.operation === "string" && Array.isArray(value.lengths);
}
