import { homedir, platform, userInfo } from "node:os";
import type { CodedError } from "../base/coded-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ExecOptions } from "../operation/host.ts";
import { hostError, quoted, type HostAction } from "./host-error.ts";

/** Where programs are looked for when a command brings no `PATH` of its own. */
export const DEFAULT_PATH =
  platform() === "darwin"
    ? "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The least environment a program needs; nothing of the environment of drover itself is passed on. */
export function baseEnvironment(): ReadonlyMap<string, string> {
  return new Map([
    ["PATH", DEFAULT_PATH],
    ["HOME", homeFolder()],
    ["LANG", "C.UTF-8"],
  ]);
}

function homeFolder(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir(); // A user id without an account, as in many containers.
  }
}

/** The action of an exec call, for messages. */
export function execAction(argv: readonly string[]): HostAction {
  return { verb: "run command", subject: argv[0] ?? "" };
}

/**
 * Checks what goes to the system of a host as arguments and environment.
 * @returns nothing, or `DRV_HOST_VALUE_INVALID`
 */
export function checkCommand(
  argv: readonly string[],
  env: { readonly [name: string]: string } = {},
): Result<void, CodedError> {
  const defect = defectOf(argv, env);
  if (defect === undefined) return ok(undefined);
  return err(
    hostError("DRV_HOST_VALUE_INVALID", execAction(argv), defect, {
      hint: "Give a program and its arguments, without NUL characters; name environment variables without an equals sign",
    }),
  );
}

function defectOf(argv: readonly string[], env: { readonly [name: string]: string }): string | undefined {
  if (argv[0] === undefined || argv[0] === "") return "no program is named";
  const place = argv.findIndex((word) => word.includes("\0"));
  if (place >= 0) return `argument ${place} contains a NUL character`;
  for (const [name, value] of Object.entries(env)) {
    if (!isVariableName(name)) return `${quoted(name)} cannot be the name of an environment variable`;
    if (value.includes("\0")) return `the environment variable ${quoted(name)} contains a NUL character`;
  }
  return undefined;
}

function isVariableName(name: string): boolean {
  return name.length > 0 && !name.includes("=") && !name.includes("\0");
}

/**
 * Puts `sudo -n` before a command that is to run as another user. Root needs no sudo to be root, so that machines
 * without sudo work.
 */
export function withSudo(
  argv: readonly string[],
  options: Pick<ExecOptions, "sudo" | "env">,
  userId: number,
): string[] {
  const { sudo = false, env = {} } = options;
  if (sudo === false) return [...argv];
  const user = sudo === true ? "root" : sudo.user;
  if (user === "root" && userId === 0) return [...argv];
  const names = Object.keys(env);
  const kept = names.length > 0 ? [`--preserve-env=${names.join(",")}`] : [];
  return ["sudo", "-n", "-u", user, ...kept, "--", ...argv];
}

/** What sudo says when it refuses, which must not be taken for an answer of the command. */
export function sudoRefusal(
  result: { readonly exitCode: number; readonly stderr: string },
  argv: readonly string[],
): CodedError | undefined {
  if (result.exitCode !== 1 || !result.stderr.startsWith("sudo: ")) return undefined;
  return hostError("DRV_HOST_PERMISSION", execAction(argv), `sudo refused: ${firstLine(result.stderr)}`, {
    hint: "Allow this user to run the command through sudo without a password",
  });
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] ?? "").slice(0, 300);
}
