import { z } from "zod";

const ACCOUNT_NAME = /^[a-z_][a-z0-9_.-]{0,30}\$?$/;
const ACCOUNT_ID_MAX = 4_294_967_294;
const UNIT_SUFFIX = /\.(?:service|socket|timer|target|path|mount|automount|swap|slice|scope|device)$/;
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Text of one line, as files of the system want it: no line ends, no NUL, no other control characters. */
export function oneLine(lengthMax = 1_000) {
  return z
    .string()
    .max(lengthMax, `must not be longer than ${lengthMax} characters`)
    .refine((value) => !/\p{Cc}/u.test(value), "must be one line without control characters");
}

/** Name of a user or group that may be made: what useradd takes everywhere. */
export function newAccountName() {
  return z
    .string()
    .regex(ACCOUNT_NAME, "must be a name of lower-case letters, digits, _ - and . of at most 32 characters");
}

/** Number of a user or group. */
export function accountId() {
  return z.int().min(0, "must not be negative").max(ACCOUNT_ID_MAX, `must not be above ${ACCOUNT_ID_MAX}`);
}

/** Name of a systemd unit; without a suffix it is a service. */
export function unitName() {
  return z
    .string()
    .max(250, "must not be longer than 250 characters")
    .regex(/^[A-Za-z0-9_][A-Za-z0-9:_.\\@-]*$/, "must be the name of a unit, such as nginx or backup.timer")
    .transform((name) => (UNIT_SUFFIX.test(name) ? name : `${name}.service`));
}

/** Name of a package as apt and dnf take it, with an optional architecture. */
export function packageName() {
  return (
    z
      .string()
      .max(200, "must not be longer than 200 characters")
      // A name that ends with "-" would ask apt to remove it.
      .regex(/^[A-Za-z0-9](?:[A-Za-z0-9+._-]*[A-Za-z0-9+])?(?::[a-z0-9]+)?$/, "must be the name of a package")
  );
}

/** Name of a file in a folder of the system: letters, digits, `_` and `-`. */
export function fileNamePart(lengthMax = 64) {
  return z
    .string()
    .max(lengthMax, `must not be longer than ${lengthMax} characters`)
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, "must consist of letters, digits, _ and -");
}

/** Name of a network interface: `eth0`, `br-lan`, `eth0.100`. */
export function interfaceName() {
  return z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/, "must be the name of an interface of at most 15 characters");
}

/** An IPv4 or IPv6 address. */
export function ipAddress() {
  return z.union([z.ipv4(), z.ipv6()], "must be an IPv4 or IPv6 address");
}

/** A network or address with the length of its prefix: `192.0.2.10/24`. */
export function cidr() {
  return z.union([z.cidrv4(), z.cidrv6()], 'must be an address with a prefix length, such as "192.0.2.10/24"');
}

/** Name of a host: labels joined by dots. */
export function hostName() {
  return z
    .string()
    .max(253, "must not be longer than 253 characters")
    .refine(
      (name) => name.split(".").every((label) => HOST_LABEL.test(label)),
      "must be a host name such as web-1.example.org",
    );
}

/** An address or the name of a host. */
export function hostAddress() {
  return z.union([ipAddress(), hostName()], "must be an address or the name of a host");
}
