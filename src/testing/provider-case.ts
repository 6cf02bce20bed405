import type { JsonValue } from "../base/json.ts";
import type { SuiteHost } from "./provider-trial.ts";

/** One situation in which a provider is tried. */
export interface ProviderCase {
  /** Ends the sentence "given …": `a file with other content`. */
  readonly name: string;
  /** Parameters as an author writes them. */
  readonly params: (folder: string) => JsonValue;
  /** Puts the host into the state before. */
  readonly prepare?: (place: SuiteHost) => Promise<unknown>;
  /** The host already is as wanted: even the first call must be unchanged. Default false. */
  readonly isUnchanged?: boolean;
  /** Equal calls leave different states, as when a password is hashed with a random salt. Default false. */
  readonly isRandom?: boolean;
  /** Values inside the parameters that must never be seen again. */
  readonly secrets?: readonly string[];
  /** Parameters with a text from a stranger somewhere in them; tried with many hostile texts. */
  readonly hostile?: (text: string, folder: string) => JsonValue;
}
