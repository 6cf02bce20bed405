import { hostname, userInfo } from "node:os";

/** Who a command comes from: `DROVER_ACTOR`, else the user at this machine. */
export function actorOf(env: { readonly [name: string]: string | undefined }): string {
  const given = env["DROVER_ACTOR"];
  return given !== undefined && given !== "" ? given.slice(0, 200) : `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id without a name.
    return String(process.getuid?.() ?? "somebody");
  }
}
