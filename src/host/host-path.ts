import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { hostError, HostFault, type HostAction } from "./host-error.ts";

/**
 * Checks a path of a host call and takes trailing slashes off, which would make symlinks be followed.
 * @returns the path, or `DRV_HOST_PATH_INVALID` when it is not absolute or cannot be a path
 */
export function checkHostPath(path: string, action: HostAction): Result<string, CodedError> {
  const reason = defectOf(path);
  if (reason === undefined) return ok(path.replace(/(?<=.)\/+$/, "") || "/");
  return err(
    hostError("DRV_HOST_PATH_INVALID", action, reason, {
      hint: "Write an absolute path such as /etc/motd, without NUL characters",
    }),
  );
}

/** Like {@link checkHostPath}, for steps that run inside a host call. */
export function hostPath(path: string, action: HostAction): string {
  const checked = checkHostPath(path, action);
  if (!checked.ok) throw new HostFault(checked.error);
  return checked.value;
}

function defectOf(path: string): string | undefined {
  if (!path.startsWith("/")) return "the path is not absolute";
  if (path.includes("\0")) return "the path contains a NUL character";
  if (!path.isWellFormed()) return "the path is not valid Unicode text";
  return undefined;
}
