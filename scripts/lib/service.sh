# shellcheck shell=bash
# Running things as the service user, and pm2 with everything of it inside the state folder.

# as_service COMMAND…: nothing of this shell's environment gets through but what is named here (pm2 hands its whole environment to every app)
as_service() {
  local node=$APP_DIR/${NODE#"$ROOT"/} name
  local env=(env -i "PATH=${node%/*}:$SERVICE_PATH" "HOME=$STATE_DIR" "TMPDIR=$STATE_DIR/tmp" LANG=C.UTF-8 ${TZ:+"TZ=$TZ"}
    "MANTEL_DATA=$DATA_DIR" "MANTEL_STATE=$STATE_DIR" "MANTEL_PORT=$PORT" "MANTEL_DATA_SHOWN=$DATA" "MANTEL_STATE_SHOWN=$STATE"
    "PM2_HOME=$STATE_DIR/pm2" PM2_DISABLE_VERSION_CHECK=true NO_UPDATE_NOTIFIER=1)
  for name in $(compgen -e MANTEL_ || true); do
    case $name in MANTEL_ADMIN_*|MANTEL_DATA*|MANTEL_STATE*|MANTEL_PORT|MANTEL_PAIRED) ;; *) env+=("$name=${!name}") ;; esac
  done
  if [ ${#STATE_DIR} -gt 80 ]; then # the address of a Unix socket holds 107 bytes
    env+=("PM2_DAEMON_RPC_PORT=$RUN_FOLDER/sockets/rpc.sock" "PM2_DAEMON_PUB_PORT=$RUN_FOLDER/sockets/pub.sock" "PM2_INTERACTOR_RPC_PORT=$RUN_FOLDER/sockets/interactor.sock")
  fi
  # from /, because the folder of the person who types may be closed to the service; the locks of this shell (8, 9) must not live on in the pm2 daemon
  (cd / && exec 8<&- 9<&- && if is_root; then exec setpriv --reuid="$RUN_USER" --regid="$RUN_GROUP" --init-groups --inh-caps=-all -- "${env[@]}" "$@"; else exec "${env[@]}" "$@"; fi)
}
as_node() { as_service "$APP_DIR/${NODE#"$ROOT"/}" --disable-warning=ExperimentalWarning "$@"; }
pm2() { as_node "$APP_DIR/node_modules/pm2/bin/pm2" "$@"; }

APPS=(nats coordinator worker)

in_instance() { { tr '\0' '\n' <"/proc/$1/environ" | grep -qxF "PM2_HOME=$STATE_DIR/pm2"; } 2>/dev/null; }

# Asking pm2 costs half a second a question; its pid files answer at once. A number counts only while it is really the daemon, or really its child.
daemon_pid() {
  local pid; pid=$(cat "$STATE/pm2/pm2.pid" 2>/dev/null) || return 1
  [[ $pid =~ ^[1-9][0-9]*$ ]] && [[ "$(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline")" = 'PM2 '* ]] && in_instance "$pid" || return 1
  echo "$pid"
}
app_pid() {
  local daemon file pid
  daemon=$(daemon_pid) || return 1
  for file in "$STATE/pm2/pids/$1"-*.pid; do
    pid=$(cat "$file" 2>/dev/null) || continue
    [[ $pid =~ ^[1-9][0-9]*$ ]] && [ "$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null)" = "$daemon" ] && { echo "$pid"; return 0; }
  done
  return 1
}
missing_apps() { local app; for app in "${APPS[@]}"; do app_pid "$app" >/dev/null || echo "$app"; done; }

# Every process that carries this instance's mark in its environment, whoever started it (ffmpeg, exiftool, plugin children)
instance_pids() {
  local dir
  for dir in /proc/[0-9]*; do [ "${dir#/proc/}" = $$ ] || ! in_instance "${dir#/proc/}" || echo "${dir#/proc/}"; done
}
wait_gone() { # wait_gone SECONDS: until no process of the instance is left
  local end=$((SECONDS + $1))
  while [ -n "$(instance_pids)" ]; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}
