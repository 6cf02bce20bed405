/** Exit code of the wrapper when somebody else has the claim. */
export const CLAIM_TAKEN = 113;

/** Exit code of the wrapper when it could not claim, so that nothing was started. */
export const CLAIM_FAILED = 112;

/**
 * Runs a command so that its end is noted also when nobody waits for it any more. The first argument is the folder to
 * claim, the others are the command; there is no other text in it. Whoever makes the folder runs the command, so that of
 * several wrappers one does.
 *
 * In the folder stand `process` (process id, its line in /proc or its start time, boot), `out`, `err`, and at the end
 * `exit`. Nothing is assigned while the command may still get it: a variable of the shell could hide one of the command.
 * Signals to the group end the command; the wrapper stays to note how it ended.
 */
export const DETACHED_PROGRAM = `command -p mkdir -m 700 "$1" 2>/dev/null || {
  [ -d "$1" ] && exit ${CLAIM_TAKEN}
  exit ${CLAIM_FAILED}
}
(
  umask 077
  : >"$1/out" && : >"$1/err" || exit
  if [ -r /proc/sys/kernel/random/boot_id ]; then
    read -r boot </proc/sys/kernel/random/boot_id
    read -r start </proc/$$/stat
  else
    boot=$(/usr/sbin/sysctl -n kern.boottime)
    start=$(/bin/ps -o lstart= -p $$)
  fi
  printf '%s\\n' "$$" "$start" "$boot" >"$1/process"
) || exit ${CLAIM_FAILED}
trap : HUP INT TERM
drover_run() { shift; exec "$@"; }
(drover_run "$@") >>"$1/out" 2>>"$1/err"
code=$?
umask 077
printf '%s\\n' "$code" >"$1/exit"
exit "$code"`;
