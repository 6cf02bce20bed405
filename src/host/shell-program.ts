import { shellWord } from "./shell-quote.ts";

/**
 * The program that runs in the shell of a host. Only POSIX utilities, and `stat` where it exists.
 *
 * It reads requests from descriptor 7, one line each: the nonce, a number, and shell text in which every value is a
 * quoted word (`shell-quote.ts`). A line without the nonce ends it, so that no content can become a request. A request
 * may be followed by a body of known length. Answers stand on standard output and standard error between the marks
 * `begin` and `end`, lines that start with the nonce; what appears outside them belongs to nobody.
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
drv_t=\${TMPDIR:-/tmp}/drover-$drv_n
(umask 077; mkdir "$drv_t") || exit 80
trap 'trap "" TERM HUP INT; rm -rf "$drv_t"' EXIT
trap 'exit 81' TERM HUP INT
drv_setsid=$(command -v setsid) || drv_setsid=
drv_env=$(command -v env)
: >"$drv_t/a"
drv_noclobber=
if mv -T "$drv_t/a" "$drv_t/b" 2>/dev/null; then drv_noclobber=-T; fi
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

drv_mark() { printf '\\n%s %s %s\\n' "$drv_n" "$1" "$drv_id $2"; }

drv_body() {
  if [ "$1" -eq 0 ]; then : >"$2"; return; fi
  head -c "$1" <&7 >"$2" && [ "$(wc -c <"$2")" -eq "$1" ]
}

drv_skip() {
  if [ "$1" -gt 0 ]; then head -c "$1" <&7 >/dev/null || drv_dying=1; fi
}

drv_is() { [ -e "$1" ] || [ -L "$1" ]; }
drv_is_folder() { [ -d "$1" ] && ! [ -L "$1" ]; }

drv_ls() {
  ls -ldn "$1" | awk 'NR == 1 {
    type = index("-dlpscb", substr($1, 1, 1))
    split("8000 4000 a000 1000 c000 2000 6000", types, " ")
    bits = 0
    for (i = 2; i <= 10; i++) {
      c = substr($1, i, 1)
      if (c != "-" && c != "S" && c != "T") bits += 2 ^ (10 - i)
      if (c == "s" || c == "S") bits += (i == 4 ? 2048 : 1024)
      if (c == "t" || c == "T") bits += 512
    }
    printf "%s %s %s %s %s 0 %s %s\\n", types[type], sprintf("%o", bits), $5, $3, $4, $3, $4
  }'
}

drv_stat() {
  case $drv_stat in
    gnu) stat -c '%f - %s %u %g %Y %U %G' "$1" ;;
    bsd) stat -f '%Xp - %z %u %g %m %Su %Sg' "$1" ;;
    *) if drv_is "$1"; then drv_ls "$1"; else ls -d "$1"; fi ;;
  esac
}

drv_kept() {
  case $drv_stat in
    gnu) stat -c '%a %u:%g' "$1" ;;
    bsd) stat -f '%Mp%Lp %u:%g' "$1" ;;
    *) drv_ls "$1" | awk '{ print $2, $4 ":" $5 }' ;;
  esac
}

drv_size() {
  case $drv_stat in
    gnu) stat -L -c %s "$1" ;;
    bsd) stat -L -f %z "$1" ;;
    *) ls -ldnL "$1" | awk '{ print $5 }' ;;
  esac
}

drv_mv() {
  if drv_is_folder "$2"; then
    if ! drv_is_folder "$1"; then drv_refuse EISDIR; return; fi
  elif drv_is_folder "$1" && drv_is "$2"; then drv_refuse ENOTDIR; return; fi
  if [ -n "$drv_noclobber" ]; then mv -f -T "$1" "$2"; return; fi
  if [ -L "$2" ] && [ -d "$2" ]; then rm -f "$2" || return
  elif [ -d "$2" ]; then rmdir "$2" || return; fi
  mv -f "$1" "$2"
}

drv_rename() {
  if ! drv_is "$1"; then drv_refuse ENOENT; return; fi
  if ! [ -d "$3" ]; then drv_refuse NOFOLDER; return; fi
  drv_mv "$1" "$2"
}

drv_write() {
  drv_k=$((drv_k + 1)) drv_f=$3/.drover-$drv_n-$drv_k.tmp
  if ! [ -d "$3" ]; then
    if drv_is "$3"; then drv_x=ENOTDIR; else drv_x=ENOENT; fi
  elif drv_is "$2" && ! [ -f "$2" ] && ! [ -L "$2" ]; then drv_x=EISDIR
  else drv_x=; fi
  if [ -n "$drv_x" ]; then
    drv_skip "$1"
    drv_refuse "$drv_x"
    return
  fi
  drv_mode=$4 drv_owner=$5
  if [ -f "$2" ] && ! [ -L "$2" ]; then
    drv_x=$(drv_kept "$2") || { drv_dying=1; return 1; }
    if [ "$drv_mode" = - ]; then drv_mode=\${drv_x% *}; fi
    case $drv_owner in
      -) drv_owner=\${drv_x#* } ;;
      :*) drv_x=\${drv_x#* } drv_owner=\${drv_x%:*}$drv_owner ;;
      *:) drv_owner=$drv_owner\${drv_x#*:} ;;
    esac
  fi
  if [ "$drv_mode" = - ]; then drv_mode=644; fi
  if ! (set -C; umask 077; : >"$drv_f") 2>/dev/null; then
    drv_skip "$1"
    touch "$drv_f" && rm -f "$drv_f"
    return 1
  fi
  if ! drv_body "$1" "$drv_f"; then drv_dying=1; fi
  if [ -z "$drv_dying" ] &&
    { [ "$drv_owner" = - ] || chown "\${drv_owner%:}" "$drv_f"; } &&
    chmod "0$drv_mode" "$drv_f" && drv_sync "$drv_f" && drv_mv "$drv_f" "$2"; then
    drv_sync "$3"
    return 0
  fi
  rm -f "$drv_f"
  return 1
}

drv_sync() { sync "$1" 2>/dev/null; return 0; }

drv_symlink() {
  if ! [ -d "$3" ]; then drv_refuse ENOENT; return; fi
  if drv_is_folder "$2"; then drv_refuse EISDIR; return; fi
  drv_k=$((drv_k + 1)) drv_f=$3/.drover-$drv_n-$drv_k.tmp
  if ln -s -- "$1" "$drv_f" && drv_mv "$drv_f" "$2"; then return 0; fi
  rm -f "$drv_f"
  return 1
}

drv_read() {
  if [ -d "$1" ] || { [ -e "$1" ] && ! [ -f "$1" ]; }; then drv_refuse EISDIR; return; fi
  if ! [ -r "$1" ]; then head -c 1 "$1" >/dev/null; return; fi
  if [ "$3" -gt "$4" ]; then
    drv_x=$(drv_size "$1") || return
    if [ "$((drv_x - $2))" -gt "$4" ]; then drv_refuse TOOLARGE; return; fi
  fi
  if [ "$2" -eq 0 ]; then head -c "$3" "$1"; else tail -c "+$(($2 + 1))" "$1" | head -c "$3"; fi
}

drv_list() {
  if ! [ -d "$1" ]; then
    if drv_is "$1"; then drv_refuse ENOTDIR; return; fi
    ls "$1"
    return
  fi
  if ! [ -r "$1" ] || ! [ -x "$1" ]; then drv_refuse EACCES; return; fi
  for drv_f in "\${1%/}"/* "\${1%/}"/.[!.]* "\${1%/}"/..?*; do
    if drv_is "$drv_f"; then printf '%s\\0' "\${drv_f##*/}"; fi
  done
}

drv_mkdir() {
  if [ -d "$1" ]; then return 0; fi
  if drv_is "$1"; then drv_refuse EEXIST; return; fi
  if [ "$4" = recursive ]; then mkdir -p "$2" || return; fi
  mkdir "$1" && chmod "0$3" "$1"
}

drv_chmod() {
  if [ -L "$1" ] && ! [ -e "$1" ]; then drv_refuse ENOENT; return; fi
  chmod "0$2" "$1"
}

drv_remove() {
  if ! drv_is_folder "$1"; then rm -f "$1"
  elif [ "$2" = recursive ]; then rm -rf "$1"
  else rmdir "$1"; fi
}

drv_readlink() {
  if [ -L "$1" ]; then readlink -n "$1"
  elif [ -e "$1" ]; then drv_refuse EINVAL
  else ls -d "$1"; fi
}

drv_accounts() {
  getent "$1" "$3" 2>/dev/null || cat "$2"
}

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
  kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "$2" 2>/dev/null
}

drv_alive() {
  kill -0 -- "-$1" 2>/dev/null || return 1
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

printf '\\n%s ready %s\\n' "$drv_n" "$(id -u)"
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
    drv_mark end "\${drv_r:-exit $drv_s}"
    drv_mark end "\${drv_r:-exit $drv_s}" >&2
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
  const environment = `PATH=${quoted(options.path)} HOME="$HOME" LANG=C.UTF-8 LC_ALL=C`;
  return `exec env -i ${environment} sh -c ${quoted(PROGRAM)} drover ${shellWord(options.nonce)}\n`;
}

/** Single quotes with line ends kept: the first line is read by a shell that has no variables of ours. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
