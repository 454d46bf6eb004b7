# shellcheck shell=bash
# Words for the person in front of the terminal. They go to stderr, so that stdout carries the answer only (the URL, a report).
note() { printf '%s\n' "$*" >&2; }
warn() { printf 'Warning: %s\n' "$*" >&2; }
die() { printf 'Error: %s\n' "$*" >&2; exit 1; }
usage_error() { printf 'Error: %s\n%s\n' "$1" "$USAGE" >&2; exit 2; }

# quietly LOG COMMAND…: keeps the output of a long installation in a file; it is shown only when the command fails
quietly() {
  local log=$1; shift
  "$@" >"$log" 2>&1 </dev/null && return 0
  local rc=$?
  note "--- last lines of: $*"; tail -n 15 "$log" >&2; note '---'
  return $rc
}

free_mb() { df -Pm "$1" | awk 'NR == 2 { print $4 }'; }
need_room() { # need_room FOLDER MEGABYTES WHAT
  local free; free=$(free_mb "$1")
  [ "$free" -ge "$2" ] || die "The disk with $1 is full: $free MB are free, $3 needs $2 MB. Make room and run this again."
}
