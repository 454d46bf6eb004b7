# shellcheck shell=bash
# The folders of an instance: making them, whose they are, and whether they are a good place for photos.

make_folder() {
  [ ! -d "$1" ] || return 0
  [ ! -e "$1" ] || die "$1 is a file, not a folder. Name another folder."
  local said; said=$( (umask 022; mkdir -p "$1") 2>&1) || die "The folder $1 cannot be made (${said##*: }). Is the disk there, writable and not full?"
}

ours() { [ "$1" = "$STATE" ] || [ -e "$1/state/instance.conf" ] || [ -e "$1/.mantel-state" ] || [ -d "$1/library/.mantel" ]; }
is_empty() { [ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found ! -path "$STATE" -print -quit)" ]; }

# Root gives a new folder, or one that was copied or restored as root, to the service user. A folder with other people's things in it is left as it is.
give_folder() {
  [ "$(id -u)" = 0 ] || return 0
  local owner; owner=$(id -u "$RUN_USER")
  [ "$(stat -c %u "$1")" != "$owner" ] || return 0
  if is_empty "$1"; then chown -h "$RUN_USER:$RUN_GROUP" "$1" && chmod 0750 "$1"
  elif ours "$1"; then note "Giving $1 to the user $RUN_USER …"; chown -hR "$RUN_USER:$RUN_GROUP" "$1"
  fi || warn "$1 cannot be given to the user $RUN_USER: this file system keeps no owners."
}

inside_checkout() { local dir=$1; while :; do [ -e "$dir/.git" ] || [ "$dir" = "$ROOT" ] && return 0; [ "$dir" != / ] || return 1; dir=$(dirname "$dir"); done; }

judge_folders() {
  local kind; kind=$(stat -f -c %T "$DATA")
  case $kind in tmpfs|ramfs) warn "The data folder $DATA lies in memory ($kind): everything in it is lost when this machine restarts. Use --data with a folder on a disk." ;; esac
  if inside_checkout "$DATA"; then warn "The data folder $DATA lies inside a checkout: cleaning or deleting the checkout would delete the photos. For real use, start with --data and a folder elsewhere."; fi
  case $(stat -f -c %T "$STATE") in nfs*|smb*|cifs|afs|9p|v9fs) warn "The state folder $STATE lies on a network drive; the database needs a disk of this machine. Use --state with a local folder." ;; esac
  need_room "$STATE" 100 'Mantel'
  need_room "$DATA" 100 'Mantel'
}

prepare_folders() {
  give_folder "$DATA"; give_folder "$STATE"
  if [ ${#STATE} -gt 80 ]; then run_folder; fi
}

# Holds what must have a short path: sockets, and the bind mounts of reach.sh
run_folder() {
  local owner; owner=$(id -u "$RUN_USER")
  [ "$(id -u)" != 0 ] || { mkdir -p /run/mantel && chmod 0755 /run/mantel; }
  mkdir -p -m 0700 "$RUN_FOLDER" || die "The run-time folder $RUN_FOLDER cannot be made."
  [ ! -L "$RUN_FOLDER" ] || die "$RUN_FOLDER is a link. Remove it and run this again."
  [ "$(stat -c %u "$RUN_FOLDER")" = "$owner" ] || chown "$RUN_USER:$RUN_GROUP" "$RUN_FOLDER" || die "$RUN_FOLDER belongs to somebody else. Remove it and run this again."
}
