/** Longest reason or message kept in the read model; the log has all of it. */
const TEXT_LENGTH_MAX = 4_096;

/** The beginning of a text that may be long. */
export function capped(text: string | undefined): string | undefined {
  return text?.slice(0, TEXT_LENGTH_MAX);
}
