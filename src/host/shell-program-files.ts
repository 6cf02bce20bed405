/**
 * The part of the shell program that works on files. Functions answer by their exit code and what utilities say on standard
 * error, or by `drv_refuse` with the name of a system error. `$drv_tmp` is a temporary file to be removed if the shell
 * ends before it found its place.
 */
export const FILE_FUNCTIONS = `drv_skip() {
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
  if [ -n "$drv_mv_t" ]; then mv -f -T "$1" "$2"; return; fi
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
  drv_k=$((drv_k + 1)) drv_tmp=$3/.drover-$drv_n-$drv_k.tmp
  if ! [ -d "$3" ]; then
    if drv_is "$3"; then drv_x=ENOTDIR; else drv_x=ENOENT; fi
  elif drv_is "$2" && ! [ -f "$2" ] && ! [ -L "$2" ]; then drv_x=EISDIR
  else drv_x=; fi
  if [ -n "$drv_x" ]; then
    drv_tmp=
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
  if ! (set -C; umask 077; : >"$drv_tmp") 2>/dev/null; then
    drv_skip "$1"
    touch "$drv_tmp" && rm -f "$drv_tmp"
    drv_tmp=
    return 1
  fi
  if ! drv_body "$1" "$drv_tmp"; then
    drv_dying=1
    # Not every "head" says why it could not write.
    df -P -k "$3" | awk 'NR == 2 && $4 < 64 { print "No space left on device" }' >&2
  fi
  if [ -z "$drv_dying" ] &&
    { [ "$drv_owner" = - ] || chown "\${drv_owner%:}" "$drv_tmp"; } &&
    chmod "0$drv_mode" "$drv_tmp" && drv_sync "$drv_tmp" && drv_mv "$drv_tmp" "$2"; then
    drv_tmp=
    drv_sync "$3"
    return 0
  fi
  rm -f "$drv_tmp"
  drv_tmp=
  return 1
}

drv_sync() { sync "$1" 2>/dev/null; return 0; }

drv_symlink() {
  if ! [ -d "$3" ]; then drv_refuse ENOENT; return; fi
  if drv_is_folder "$2"; then drv_refuse EISDIR; return; fi
  drv_k=$((drv_k + 1)) drv_tmp=$3/.drover-$drv_n-$drv_k.tmp
  if ln -s -- "$1" "$drv_tmp" && drv_mv "$drv_tmp" "$2"; then drv_tmp=; return 0; fi
  rm -f "$drv_tmp"
  drv_tmp=
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
`;
