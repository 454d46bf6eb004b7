# shellcheck shell=bash
# The folders of an instance: making them, whose they are, and whether they are a good place for photos.

MADE=()
make_folder() {
  local dir=$1
  [ ! -d "$1" ] || return 0
  [ ! -e "$1" ] || die "$1 is a file, not a folder. Name another folder."
  local new=(); while [ ! -d "$dir" ]; do new+=("$dir"); dir=$(dirname "$dir"); done
  MADE=("${new[@]}" "${MADE[@]}") # the innermost first
  local said; said=$( (umask 022; mkdir -p "$1") 2>&1) || die "The folder $1 cannot be made (${said##*: }). Is the disk there, writable and not full?"
}

drop_made() { [ ${#MADE[@]} = 0 ] || rmdir -- "${MADE[@]}" 2>/dev/null || true; } # rmdir takes only what is empty

# in_folder FOLDER COMMAND…: runs it there, and only if the path still leads to that very folder (no link on the way)
in_folder() { (cd -P "$1" 2>/dev/null && [ "$(pwd -P)" = "$1" ] && shift && "$@"); }
is_empty() { local first; first=$(in_folder "$1" find . -mindepth 1 -maxdepth 1 ! -name lost+found ! -path "./${STATE#"$1"/}" -print -quit 2>/dev/null) && [ -z "$first" ]; }

# Refuses before anything is touched: a folder is Mantel's when it is new, empty, or bears the marks of an earlier start.
claim_folders() {
  if [ -d "$STATE" ] && ! is_empty "$STATE" && ! is_state "$STATE"; then
    die "The state folder $STATE has other things in it, and no Mantel was there before. Nothing was changed. Name an empty or new folder with --state."
  fi
  if [ -d "$DATA" ] && ! is_empty "$DATA" && ! is_data "$DATA" && [ "$(stat -c %U "$DATA")" != "$RUN_USER" ] && ! can_write "$DATA"; then
    refuse_data
  fi
  make_folder "$DATA"; make_folder "$STATE"
}
refuse_data() {
  is_root || die "You may not write into $DATA. Choose another folder with --data, or ask its owner ($(stat -c %U "$DATA"))."
  die "The user $RUN_USER may not write into $DATA, which belongs to $(stat -c %U "$DATA") and has other things in it. Use an empty folder, or let it write there: chown $RUN_USER: $DATA   or start with --user $(stat -c %U "$DATA")"
}

# Root gives a new folder, or one that was copied or restored as root, to the service user. A folder with other people's things in it is left as it is.
give_folder() { # give_folder FOLDER MARK-TEST
  is_root || return 0
  [ "$(stat -c %U "$1")" != "$RUN_USER" ] || return 0
  if is_empty "$1"; then in_folder "$1" give_here
  elif "$2" "$1"; then note "Giving $1 to the user $RUN_USER …"; in_folder "$1" give_all_here "$1"
  fi || warn "$1 cannot be given to the user $RUN_USER: this file system keeps no owners."
}
give_here() { chown "$RUN_USER:$RUN_GROUP" . && chmod 0750 .; }
# -execdir and -h: no link is followed, not even one that appears meanwhile. Another Mantel's folders further down keep their owner.
give_all_here() {
  local mark folder skip=()
  while IFS= read -r -d '' mark; do
    case $mark in */cluster/id) folder=${mark%/cluster/id}; plain_file "$folder/instance.conf" || continue ;; */library/.mantel) folder=${mark%/library/.mantel} ;; *) folder=${mark%/.mantel-state} ;; esac
    case $folder in .|"./${STATE#"$1"/}"|"./${DATA#"$1"/}") continue ;; esac
    skip+=(-path "$(printf '%s' "$folder" | sed 's/[][\\*?]/\\&/g')" -prune -o)
  done < <(find . \( -path '*/cluster/id' -o -path '*/library/.mantel' -o -name .mantel-state \) -print0)
  PATH=/usr/sbin:/usr/bin:/sbin:/bin find . "${skip[@]}" -execdir chown -h "$RUN_USER:$RUN_GROUP" '{}' +
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
  give_folder "$DATA" is_data; give_folder "$STATE" is_state
  if [ ${#STATE} -gt 80 ]; then run_folder; fi
}

# Holds what must have a short path: sockets, and the bind mounts of reach.sh. Root's own where root mounts; the service may pass, and writes into the folder of the sockets only.
run_folder() {
  if is_root; then (umask 022; mkdir -p /run/mantel) && own_folder /run/mantel || die '/run/mantel must be a folder that only root can write into. Remove it and run this again.'; fi
  [ -d "$RUN_FOLDER" ] || mkdir -m 0700 "$RUN_FOLDER" || die "The run-time folder $RUN_FOLDER cannot be made."
  own_folder "$RUN_FOLDER" || die "$RUN_FOLDER is a link or belongs to somebody else. Remove it (or restart the machine) and run this again."
  mkdir -p -m 0700 "$RUN_FOLDER/sockets"
  ! is_root || { chgrp "$RUN_GROUP" "$RUN_FOLDER" && chmod 0710 "$RUN_FOLDER" && chown -h "$RUN_USER:$RUN_GROUP" "$RUN_FOLDER/sockets"; }
}
drop_run_folder() {
  own_folder "$RUN_FOLDER" || return 0
  rm -f "$RUN_FOLDER"/sockets/{rpc,pub,interactor}.sock; rmdir "$RUN_FOLDER/sockets" "$RUN_FOLDER" 2>/dev/null || true
}
