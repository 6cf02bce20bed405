#!/bin/sh
# Keeps one program running: supervise.sh start|stop|restart|status FOLDER PROGRAM [ARGUMENT...]
# FOLDER holds the process id of the supervisor and the log of the program.
set -u

verb=$1
folder=$2
shift 2
pid_file=$folder/supervisor.pid
log_file=$folder/server.log

is_running() {
  [ -s "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null
}

# The loop itself: runs the program again when it ends by itself, ends with it when told to.
supervise() {
  child=
  trap 'trap - TERM; [ -n "$child" ] && kill "$child" 2>/dev/null; wait; rm -f "$pid_file"; exit 0' TERM INT
  while :; do
    "$@" >>"$log_file" 2>&1 &
    child=$!
    wait "$child"
    sleep 1
  done
}

start() {
  is_running && return 0
  self=$0
  setsid sh "$self" loop "$folder" "$@" </dev/null >/dev/null 2>&1 &
  echo $! >"$pid_file"
}

stop() {
  is_running || { rm -f "$pid_file"; return 0; }
  pid=$(cat "$pid_file")
  kill "$pid"
  tries=0
  while kill -0 "$pid" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -gt 50 ] && { echo "supervisor $pid does not end" >&2; return 1; }
    sleep 0.1
  done
  rm -f "$pid_file"
}

case $verb in
  loop) supervise "$@" ;;
  start) start "$@" ;;
  stop) stop ;;
  restart) stop && start "$@" ;;
  status) is_running ;;
  *) echo "usage: supervise.sh start|stop|restart|status FOLDER PROGRAM [ARGUMENT...]" >&2; exit 64 ;;
esac
