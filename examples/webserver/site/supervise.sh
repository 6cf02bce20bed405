#!/bin/sh
# Keeps one program running: supervise.sh start|stop|status FOLDER PROGRAM [ARGUMENT...]
# FOLDER holds the process id of the supervisor and the log of the program.
set -u

verb=$1
folder=$2
shift 2
pid_file=$folder/supervisor.pid
log_file=$folder/server.log

# Looks at the command behind the process id: another process may have got the number, and one that ended has none.
is_running() {
  [ -s "$pid_file" ] || return 1
  pid=$(cat "$pid_file")
  if [ -d /proc/self ]; then tr '\0' ' ' <"/proc/$pid/cmdline"; else ps -o args= -p "$pid"; fi 2>/dev/null |
    grep -q supervise.sh
}

# The loop itself: runs the program again when it ends by itself, ends with it when told to.
supervise() {
  child=
  trap 'trap - TERM; kill "$child" 2>/dev/null; wait; exit 0' TERM
  while :; do
    "$@" >>"$log_file" 2>&1 &
    child=$!
    wait "$child"
    sleep 1 &
    child=$!
    wait "$child"
  done
}

start() {
  is_running && return 0
  # A session of its own where there is one to have, so that nothing that ends its parent ends the server.
  "$(command -v setsid || command -v nohup)" sh "$0" loop "$folder" "$@" </dev/null >/dev/null 2>&1 &
  echo $! >"$pid_file"
}

stop() {
  is_running || return 0
  kill "$pid"
  tries=0
  while is_running; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || { echo "supervisor $pid does not end" >&2; return 1; }
    sleep 0.05
  done
  rm -f "$pid_file"
}

case $verb in
  loop) supervise "$@" ;;
  start) start "$@" ;;
  stop) stop ;;
  status) is_running ;;
  *) echo "usage: supervise.sh start|stop|status FOLDER PROGRAM [ARGUMENT...]" >&2; exit 64 ;;
esac
