import type { CodedError } from "../base/coded-error.ts";
import { errnoError, hostError, type HostAction } from "./host-error.ts";

/** What the C libraries (glibc, musl, BSD) call the errors that matter, in the C locale. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/No such file or directory|No such file$/m, "ENOENT"],
  [/Not a directory/, "ENOTDIR"],
  [/Is a directory/, "EISDIR"],
  [/Permission denied/, "EACCES"],
  [/Operation not permitted/, "EPERM"],
  [/Read-only file system/, "EROFS"],
  [/No space left on device/, "ENOSPC"],
  [/[Qq]uota exceeded/, "EDQUOT"],
  [/Directory not empty/, "ENOTEMPTY"],
  [/File exists/, "EEXIST"],
  [/Too many levels of symbolic links|Symbolic link loop/, "ELOOP"],
  [/File ?name too long/, "ENAMETOOLONG"],
  [/Text file busy/, "ETXTBSY"],
  [/(Device or resource|Resource) busy/, "EBUSY"],
  [/(Invalid c|C)ross-device link/, "EXDEV"],
  [/Argument list too long/, "E2BIG"],
  [/Too many open files/, "EMFILE"],
  [/Cannot allocate memory|Out of memory|Cannot fork|Resource temporarily unavailable/, "EAGAIN"],
];

/** The system error that a utility reported on its standard error, if it is a known one. */
export function errnoOfMessage(stderr: string): string | undefined {
  return MESSAGES.find(([pattern]) => pattern.test(stderr))?.[1];
}

/** The coded error for what a utility reported. */
export function messageError(stderr: string, action: HostAction): CodedError {
  const errorNumber = errnoOfMessage(stderr);
  if (errorNumber !== undefined) return errnoError(errorNumber, action);
  const said = stderr.trim().slice(-300);
  return hostError("DRV_HOST_IO", action, said === "" ? "a utility of the host failed without a word" : said, {
    hint: "Read what the utility of the host said",
  });
}
