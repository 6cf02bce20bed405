import type { CodedError } from "../base/coded-error.ts";
import { hostError, HostFault, type HostAction } from "./host-error.ts";

/** Largest file read at once unless the caller says otherwise. */
export const READ_BYTES_MAX = 64 * 1024 * 1024;

/** The error of a path that leads to something that is not a regular file. */
export function notAFile(action: HostAction): HostFault {
  return new HostFault(
    hostError("DRV_HOST_NOT_A_FILE", action, "it is a folder or device, not a file", {
      hint: "Name a file, or remove what stands there",
    }),
  );
}

/** The error of a file larger than the call allows. */
export function tooLarge(action: HostAction, bytesMax: number): CodedError {
  return hostError("DRV_HOST_FILE_TOO_LARGE", action, `it holds more than the ${bytesMax} bytes allowed`, {
    hint: "Read a range of it, or raise the limit of the call",
    details: { bytesMax },
  });
}

/** The error of a path that leads to something that is not a symlink. */
export function notASymlink(action: HostAction): CodedError {
  return hostError("DRV_HOST_NOT_A_SYMLINK", action, "it is not a symbolic link", {
    hint: "Name a symbolic link, or read the path as a file",
  });
}

/** The error of an attempt to remove the root folder of a host. */
export function rootRemoval(action: HostAction): CodedError {
  return hostError("DRV_HOST_PATH_INVALID", action, "it is the root folder of the host", {
    hint: "Name the folders below it that are to go",
  });
}

/** Refuses what cannot be the target of a symlink; anything else is data and need not exist. */
export function checkSymlinkTarget(target: string, action: HostAction): void {
  if (target !== "" && !target.includes("\0") && target.isWellFormed()) return;
  throw new HostFault(
    hostError("DRV_HOST_PATH_INVALID", action, "its target is empty, contains NUL or is not valid Unicode text", {
      hint: "Give a path, absolute or relative to the folder of the symlink",
    }),
  );
}
