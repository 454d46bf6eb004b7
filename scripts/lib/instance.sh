# shellcheck shell=bash
# One instance: its options, its folders, the user it runs as, and pm2 with everything of pm2 inside the state folder.

parse_options() { # parse_options "names with a value" "names without" ARGS…
  local with=" $1 " without=" $2 " name value; shift 2
  DATA='' STATE='' PORT='' RUN_USER='' RUN_GROUP='' FOREGROUND=''
  while [ $# -gt 0 ]; do
    name=${1%%=*}
    case $name in -h|--help) printf '%s\n' "$USAGE"; exit 0 ;; esac
    if [[ $without = *" $1 "* ]]; then FOREGROUND=1; shift; continue; fi
    [[ $with = *" $name "* ]] || usage_error "Unknown option: $1"
    if [[ $1 = *=* ]]; then value=${1#*=}; shift; else value=${2-}; shift; [ $# = 0 ] || shift; fi
    [ -n "$value" ] || usage_error "$name needs a value."
    case $name in --data) DATA=$value ;; --state) STATE=$value ;; --port) PORT=$value ;; --user) RUN_USER=$value ;; --group) RUN_GROUP=$value ;; esac
  done
  case $PORT in ''|*[!0-9]*) [ -z "$PORT" ] || usage_error "--port needs a number from 1 to 65535, not \"$PORT\"." ;; esac
  [ -z "$PORT" ] || { [ ${#PORT} -le 5 ] && [ "$PORT" -ge 1 ] && [ "$PORT" -le 65535 ]; } || usage_error "--port needs a number from 1 to 65535, not \"$PORT\"."
}

# The real path of a folder, which need not be there yet.
real_folder() { # real_folder FOLDER WHAT
  if [ -d "$1" ]; then (cd -P "$1" 2>/dev/null && pwd) || die "You may not enter the $2 $1, which belongs to $(stat -c %U "$1"). Run this as root, or as that user."
  elif [ -e "$1" ]; then die "$1 is a file, not a folder. Name another folder."
  else realpath -m -- "$1"; fi
}

# Where the folders are; nothing is made or changed yet (claim_folders does). A state folder elsewhere is remembered, so that a later start or stop finds it.
locate() { # locate make|find
  local given=$STATE wanted
  DATA=${DATA:-$ROOT/data}
  case "$DATA$STATE" in *$'\n'*) die 'A folder name with a line break cannot be used.' ;; esac
  [ "$1" = make ] || [ -d "$DATA" ] || return 1
  DATA=$(real_folder "$DATA" 'data folder') || exit 1
  refuse_system_folder "$DATA"
  wanted=${STATE:-$(known_state)} || exit 1
  wanted=${wanted:-$DATA/state}
  [ "$1" = make ] || [ -d "$wanted" ] || return 1
  STATE=$(real_folder "$wanted" 'state folder') || exit 1
  # the service user could have put the link there
  ! is_root || [ -n "$given" ] || [ "$STATE" = "$wanted" ] || die "The state folder $wanted is a link. Root does not follow it; if it is right, name the folder it leads to once: --state FOLDER"
  refuse_system_folder "$STATE"
  SUM=$(printf '%s|%s' "$DATA" "$STATE" | sha256sum | cut -c1-12)
  if is_root; then RUN_FOLDER=/run/mantel/$SUM; else RUN_FOLDER=${XDG_RUNTIME_DIR:-/tmp}/mantel-$(id -u)-$SUM; fi
  APP_DIR=$ROOT DATA_DIR=$DATA STATE_DIR=$STATE # as the service sees them; reach.sh may move them
}

# The service user can write this file, and bash would compute what stands in a "number": only digits get through.
saved_port() { ! plain_file "$STATE/instance.conf" || sed -nE 's/^port=([1-9][0-9]{0,4})$/\1/p' "$STATE/instance.conf" 2>/dev/null | head -n 1; }
save_settings() {
  printf 'port=%s\n' "$PORT" | as_service tee "$STATE_DIR/instance.conf" >/dev/null
  if [ "$STATE" = "$DATA/state" ]; then as_service rm -f "$DATA_DIR/.mantel-state"; else printf '%s\n' "$STATE" | as_service tee "$DATA_DIR/.mantel-state" >/dev/null; fi
}

# Who runs the instance: the one that it was started with before, `mantel` when root starts it, otherwise whoever types.
choose_user() {
  if ! is_root; then
    [ -z "$RUN_USER$RUN_GROUP" ] || die '--user and --group need root. Run this as root, or leave them out to run as yourself.'
    RUN_USER=$(id -un) RUN_GROUP=$(id -gn); return
  fi
  RUN_USER=${RUN_USER:-$(known_user)}
  if [ -z "$RUN_USER" ]; then
    RUN_USER=mantel
    id mantel >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mantel || die 'The user "mantel" could not be made. Make it, or name another one with --user.'
  fi
  RUN_UID=$(id -u "$RUN_USER" 2>/dev/null) || die "There is no user \"$RUN_USER\" on this machine. Make it, or name another one with --user."
  [ "$RUN_UID" != 0 ] || die 'Mantel does not run as root. Name another user with --user, or leave it out.'
  RUN_USER=$(id -un "$RUN_UID") RUN_GROUP=${RUN_GROUP:-$(record group)}; RUN_GROUP=${RUN_GROUP:-$(id -gn "$RUN_USER")}
  RUN_GROUP=$(getent group "$RUN_GROUP" | cut -d: -f1) || true; [ -n "$RUN_GROUP" ] || die 'There is no such group on this machine. Make it, or name another one with --group.'
}
