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

# The state folder is remembered in the data folder when it lies elsewhere, so that a later start or stop finds the same one.
locate() { # locate make|find
  DATA=${DATA:-$ROOT/data}
  case "$DATA$STATE" in *$'\n'*) die 'A folder name with a line break cannot be used.' ;; esac
  if [ "$1" = make ]; then make_folder "$DATA"; else [ -d "$DATA" ] || return 1; fi
  DATA=$(cd -P "$DATA" 2>/dev/null && pwd) || die "You may not enter the data folder $DATA, which belongs to $(stat -c %U "$DATA"). Run this as root, or as that user."
  [ -n "$STATE" ] || STATE=$(cat "$DATA/.mantel-state" 2>/dev/null || true)
  STATE=${STATE:-$DATA/state}
  if [ "$1" = make ]; then make_folder "$STATE"; else [ -d "$STATE" ] || return 1; fi
  STATE=$(cd -P "$STATE" 2>/dev/null && pwd) || die "You may not enter the state folder $STATE. This instance belongs to $(stat -c %U "$STATE"): run this as root, or as that user."
  SUM=$(printf '%s|%s' "$DATA" "$STATE" | sha256sum | cut -c1-12)
  if [ "$(id -u)" = 0 ]; then RUN_FOLDER=/run/mantel/$SUM; else RUN_FOLDER=${XDG_RUNTIME_DIR:-/tmp}/mantel-$(id -u)-$SUM; fi
  APP_DIR=$ROOT DATA_DIR=$DATA STATE_DIR=$STATE # as the service sees them; reach.sh may move them
}

setting() { sed -n "s/^$1=//p" "$STATE/instance.conf" 2>/dev/null || true; }
save_settings() { printf 'port=%s\nuser=%s\ngroup=%s\n' "$PORT" "$RUN_USER" "$RUN_GROUP" | as_service tee "$STATE_DIR/instance.conf" >/dev/null; }

# Who runs the instance: the one that it was started with before, `mantel` when root starts it, otherwise whoever types.
choose_user() {
  if [ "$(id -u)" != 0 ]; then
    [ -z "$RUN_USER$RUN_GROUP" ] || die '--user and --group need root. Run this as root, or leave them out to run as yourself.'
    RUN_USER=$(id -un) RUN_GROUP=$(id -gn); return
  fi
  RUN_USER=${RUN_USER:-$(setting user)}
  if [ -z "$RUN_USER" ]; then
    RUN_USER=mantel
    id mantel >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mantel || die 'The user "mantel" could not be made. Make it, or name another one with --user.'
  fi
  RUN_UID=$(id -u "$RUN_USER" 2>/dev/null) || die "There is no user \"$RUN_USER\" on this machine. Make it, or name another one with --user."
  [ "$RUN_UID" != 0 ] || die 'Mantel does not run as root. Name another user with --user, or leave it out.'
  RUN_USER=$(id -un "$RUN_UID") RUN_GROUP=${RUN_GROUP:-$(setting group)}; RUN_GROUP=${RUN_GROUP:-$(id -gn "$RUN_USER")}
  RUN_GROUP=$(getent group "$RUN_GROUP" | cut -d: -f1); [ -n "$RUN_GROUP" ] || die 'There is no such group on this machine. Make it, or name another one with --group.'
}

