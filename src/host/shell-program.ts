import { FILE_FUNCTIONS } from "./shell-program-files.ts";
import { shellWord } from "./shell-quote.ts";

/**
 * The program that runs in the shell of a host. Only POSIX utilities, and `stat` where it exists.
 *
 * It reads requests from descriptor 7, one line each: the nonce, a number, and shell text in which every value is a
 * quoted word (`shell-quote.ts`). A line without the nonce ends it, so that no content can become a request. A request
 * may be followed by a body of known length. Answers stand on standard output and standard error between the marks
 * `begin` and `end`: a record separator (0x1e), the nonce and words up to a line end. What appears outside them
 * belongs to nobody. The separator is not a line end, so that the end of a line need not be held back.
 *
 * A command writes into named pipes that two `cat` processes forward: what it leaves behind when it ends holds those
 * pipes, never the connection. Its end mark takes the same way, so that it comes after its last output.
 */
const PROGRAM = `
drv_n=$1
drv_nl='
'
drv_k=0 drv_c1= drv_c2=
umask 022
exec 7<&0 0</dev/null
drv_t=$TMPDIR/drover-$drv_n
unset TMPDIR
(umask 077; mkdir "$drv_t") || exit 80
drv_tmp=
trap 'trap "" TERM HUP INT; rm -rf "$drv_t" \${drv_tmp:+"$drv_tmp"}' EXIT
trap 'exit 81' TERM HUP INT
drv_setsid=$(command -v setsid) || drv_setsid=
drv_env=$(command -v env)
# Where "mv -T" is missing, or follows symlinks to folders, a symlink is removed before it is replaced.
drv_mv_t=
mkdir "$drv_t/d" && ln -s d "$drv_t/l" && : >"$drv_t/a"
if mv -f -T "$drv_t/a" "$drv_t/l" 2>/dev/null && [ -f "$drv_t/l" ]; then drv_mv_t=-T; fi
if stat -c %f / >/dev/null 2>&1; then drv_stat=gnu
elif stat -f %p / >/dev/null 2>&1; then drv_stat=bsd
else drv_stat=ls; fi

drv_clean() {
  if [ -z "$drv_c1" ]; then return 0; fi
  kill "$drv_c1" "$drv_c2"
  wait "$drv_c1" "$drv_c2"
  exec 8>&- 9>&-
  rm -f "$drv_t/o" "$drv_t/e" "$drv_t/i"
  drv_c1= drv_c2=
} 2>/dev/null

drv_refuse() { drv_r="refused $1"; return 1; }

drv_mark() { printf '\\036%s %s %s\\n' "$drv_n" "$1" "$drv_id $2"; }

drv_body() {
  if [ "$1" -eq 0 ]; then : >"$2"; return; fi
  head -c "$1" <&7 >"$2" && [ "$(wc -c <"$2")" -eq "$1" ]
}

${FILE_FUNCTIONS}
drv_find() {
  case $1 in
    /*) drv_y=$1 ;;
    */*) drv_y=$3/$1 ;;
    *)
      drv_y=
      set -f
      IFS=:
      for drv_f in $2; do
        if [ -f "$drv_f/$1" ] && [ -x "$drv_f/$1" ]; then drv_y=$drv_f/$1; break; fi
      done
      unset IFS
      set +f
      if [ -z "$drv_y" ]; then drv_refuse ENOENT; return; fi ;;
  esac
  if ! [ -f "$drv_y" ]; then drv_refuse ENOENT; return; fi
  if ! [ -x "$drv_y" ]; then drv_refuse EACCES; return; fi
}

drv_exec() {
  drv_i=/dev/null
  if [ "$1" != - ]; then
    drv_i=$drv_t/i
    if ! (umask 077; drv_body "$1" "$drv_i"); then drv_dying=1; return 1; fi
  fi
  if [ -n "$2" ] && ! [ -d "$2" ]; then drv_refuse NOFOLDER; return; fi
  drv_find "$4" "$3" "\${2:-.}" || return
  mkfifo -m 600 "$drv_t/o" "$drv_t/e" || return
  cat <"$drv_t/o" 7<&- &
  drv_c1=$!
  cat <"$drv_t/e" >&2 7<&- &
  drv_c2=$!
  exec 8>"$drv_t/o" 9>"$drv_t/e"
  if [ -z "$drv_setsid" ]; then set -m; fi 2>/dev/null
  drv_child <"$drv_i" >&8 2>&9 7<&- 8>&- 9>&- &
  drv_p=$!
  if [ -z "$drv_setsid" ]; then set +m; fi 2>/dev/null
  drv_mark pid "$drv_p" >&8
  { wait "$drv_p"; } 2>/dev/null
  drv_s=$?
  drv_mark end "exit $drv_s" >&8
  drv_mark end "exit $drv_s" >&9
  drv_r=done
}

drv_signal() {
  # No "--": dash and busybox do not know it here.
  kill "-$1" "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null
}

drv_alive() {
  kill -0 "-$1" 2>/dev/null || return 1
  if ! [ -r /proc/self/stat ]; then return 0; fi
  drv_p=$1
  for drv_f in /proc/[0-9]*/stat; do
    read -r drv_x <"$drv_f" || continue
    set -- \${drv_x##*) }
    if [ "$3" = "$drv_p" ] && [ "$1" != Z ] && [ "$1" != X ]; then return 0; fi
  done 2>/dev/null
  return 1
}

drv_fact() { printf '\\0%s\\0' "$1"; shift; "$@" 2>/dev/null; }
drv_cpus() { getconf _NPROCESSORS_ONLN || grep ^processor /proc/cpuinfo; }
drv_marks() { for drv_f in "$@"; do if [ -e "$drv_f" ]; then printf '%s\\n' "$drv_f"; fi; done; }
drv_macs() { for drv_f in /sys/class/net/*; do printf '%s ' "\${drv_f##*/}"; cat "$drv_f/address"; done; }
drv_disks() { df -P -k / $(awk '$1 ~ "^/dev/" && $2 != "/" && $3 != "squashfs" { print $2 }' /proc/mounts); }

printf '\\036%s ready %s %s\\n' "$drv_n" "$(id -u)" "$$"
while IFS= read -r drv_line <&7; do
  case $drv_line in
    "$drv_n "*) drv_line=\${drv_line#* } ;;
    *) exit 82 ;;
  esac
  drv_clean
  drv_id=\${drv_line%% *} drv_r= drv_dying=
  drv_mark begin -
  drv_mark begin - >&2
  eval "\${drv_line#* }"
  drv_s=$?
  if [ "$drv_r" != done ]; then
    drv_r="\${drv_r:-exit $drv_s}\${drv_dying:+ last}"
    drv_mark end "$drv_r"
    drv_mark end "$drv_r" >&2
  fi
  if [ -n "$drv_dying" ]; then exit 83; fi
done
exit 0
`;

/**
 * The line that turns any POSIX shell reading its standard input into one that runs {@link PROGRAM}. It replaces itself, so
 * that nothing it may have read ahead is lost: nothing is sent before it answers `ready`.
 */
export function shellBootstrap(options: { readonly nonce: string; readonly path: string }): string {
  const environment = `PATH=${quoted(options.path)} HOME="$HOME" LANG=C.UTF-8 LC_ALL=C TMPDIR="\${TMPDIR:-/tmp}"`;
  return `exec env -i ${environment} sh -c ${quoted(PROGRAM)} drover ${shellWord(options.nonce)}\n`;
}

/** Single quotes with line ends kept: the first line is read by a shell that has no variables of ours. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
