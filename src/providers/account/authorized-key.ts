import { sha256 } from "../../base/json.ts";

/** A line of `authorized_keys` that holds a key. */
export interface AuthorizedKey {
  readonly type: string;
  /** `SHA256:` and the hash in base64 without padding. */
  readonly fingerprint: string;
  readonly comment: string;
}

const TYPE_AND_KEY =
  /(?:^|\s)((?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com))\s+([A-Za-z0-9+/]+={0,2})(?:\s+(.*))?$/;

/** The key in a line; `undefined` for comments, empty lines and what cannot be read. */
export function parseAuthorizedKey(line: string): AuthorizedKey | undefined {
  if (line.trimStart().startsWith("#")) return undefined;
  const match = TYPE_AND_KEY.exec(line.trim());
  if (match === null) return undefined;
  const [, type = "", key = "", comment = ""] = match;
  const bytes = fromBase64(key);
  return bytes === undefined ? undefined : { type, fingerprint: fingerprintOf(bytes), comment: comment.trim() };
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function fingerprintOf(key: Uint8Array): string {
  const bytes = (sha256(key).match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  return `SHA256:${btoa(bytes.join("")).replace(/=+$/, "")}`;
}
