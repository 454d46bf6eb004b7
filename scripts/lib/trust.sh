# shellcheck shell=bash
# What root may believe. The service user writes into the data and the state folder, so nothing in there may tell root which folder to give away or whom to run as.
# Root keeps that in a record of its own, one for each data folder; everybody else's starts need none.

RECORDS=/var/lib/mantel-instances
is_root() { [ "$(id -u)" = 0 ]; }
# a real folder that nobody but the one who asks can write into
own_folder() { [ -d "$1" ] && [ ! -L "$1" ] && [ "$(stat -c %u "$1")" = "$(id -u)" ] && [ $((0$(stat -c %a "$1") & 022)) = 0 ]; }

record_file() { printf '%s/%s.conf' "$RECORDS" "$(printf '%s' "$DATA" | sha256sum | cut -c1-16)"; }
record() { # record NAME: what root wrote down at an earlier start; nothing when there was none
  local file; file=$(record_file)
  own_folder "$RECORDS" && [ -f "$file" ] && [ ! -L "$file" ] && [ "$(stat -c %u "$file")" = 0 ] && grep -qxF "data=$DATA" "$file" || return 0
  sed -n "s/^$1=//p" "$file"
}
save_record() {
  is_root || return 0
  local new
  (umask 022; mkdir -p "$RECORDS") && own_folder "$RECORDS" || die "$RECORDS must be a folder that only root can write into. Remove what is there, or correct its owner and rights, then run this again."
  new=$(mktemp "$RECORDS/.new-XXXXXX")
  printf '%s\n' "data=$DATA" "state=$STATE" "user=$RUN_USER" "group=$RUN_GROUP" >"$new" && chmod 0644 "$new" && mv -T "$new" "$(record_file)"
}

# Folders of the system, whatever they hold: never given away, never filled.
refuse_system_folder() {
  case $1 in
    /|/home|/media|/opt|/root|/srv|/tmp|/usr/local|/dev/shm|/run/user|/var|/var/tmp) ;;
    /usr/local/bin|/usr/local/etc|/usr/local/lib|/usr/local/sbin|/usr/local/share|/var/backups|/var/cache|/var/lib|/var/local|/var/log|/var/mail|/var/opt|/var/spool) ;;
    "$RECORDS"|"$RECORDS"/*) ;;
    /usr/local/*|/dev/shm/*|/run/user/*) return 0 ;;
    /bin|/bin/*|/boot|/boot/*|/dev|/dev/*|/etc|/etc/*|/lib|/lib/*|/lib32|/lib32/*|/lib64|/lib64/*|/libx32|/libx32/*|/proc|/proc/*|/run|/run/*|/sbin|/sbin/*|/sys|/sys/*|/usr|/usr/*) ;;
    *) return 0 ;;
  esac
  die "$1 is a folder of the system and is left as it is. Name a folder of Mantel's own, for example /srv/mantel."
}

# What an earlier start leaves in its folders. A first start that was cut short has no cluster/id yet, and nothing beside its own first pieces.
plain_file() { [ -f "$1" ] && [ ! -L "$1" ]; }
is_state() {
  [ ! -L "$1" ] && plain_file "$1/instance.conf" || return 1
  [ ! -L "$1/cluster" ] && plain_file "$1/cluster/id" && return 0
  [ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name instance.conf ! -name logs ! -name tmp ! -name pm2 ! -name cluster ! -name lost+found -print -quit)" ]
}
is_data() { is_state "$1/state" || plain_file "$1/.mantel-state" || { [ ! -L "$1/library" ] && [ -d "$1/library/.mantel" ] && [ ! -L "$1/library/.mantel" ]; }; }

# The folder that an earlier start used, when no --state is given.
known_state() {
  local noted=''
  if ! is_root; then sed -n 1p "$DATA/.mantel-state" 2>/dev/null || true; return; fi
  noted=$(record state)
  if [ -n "$noted" ]; then printf '%s' "$noted"; return; fi
  ! plain_file "$DATA/.mantel-state" || noted=$(head -c 4096 "$DATA/.mantel-state" | tr -d '\0' | sed -n 1p)
  [ -z "$noted" ] || [ "$noted" = "$DATA/state" ] || die "A note in $DATA says that the state folder is $(printf '%q' "$noted"). Mantel itself can write that note, so root does not follow it. If it is right, name the folder once: --state FOLDER"
}
# Whom root ran it as before; without a record (an instance that a user began), whose the state folder is: that too only root can change.
known_user() {
  local user; user=$(record user)
  if [ -z "$user" ] && is_state "$STATE"; then user=$(stat -c %U "$STATE"); fi
  case $user in root|UNKNOWN) ;; *) printf '%s' "$user" ;; esac
}
