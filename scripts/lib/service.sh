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

# The state folder can be seen at another place than at the last start: mounted within reach, or no longer.
marked() { # marked ENVIRON-FILE…: those of processes that bear this instance's mark, whoever started them (exiftool and plugin children too)
  local inside=''; case $STATE/ in "$DATA"/*) inside=${STATE#"$DATA"} ;; esac
  grep -lszxF -e "PM2_HOME=$STATE/pm2" -e "PM2_HOME=$STATE_DIR/pm2" -e "PM2_HOME=$RUN_FOLDER/state/pm2" -e "PM2_HOME=$RUN_FOLDER/data$inside/pm2" -- "$@"
}
in_instance() { marked "/proc/$1/environ" >/dev/null; }

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

# instance_pids [orphans]: every process that bears the mark, and what descends from one without bearing it (ffmpeg); never this command itself.
# Orphans are those that no running pm2 of the instance stands above: what a crash of pm2 or of an app left behind.
instance_pids() {
  local me=$BASHPID daemon; daemon=$(daemon_pid) || daemon=0
  # grep complains about every process that ends meanwhile
  { marked /proc/[0-9]*/environ || true; grep -sH '^PPid:' /proc/[0-9]*/status || true; } | awk -v me="$me" -v daemon="$daemon" -v only="${1-}" '
    { split($0, part, "/"); pid = part[3] }
    /\/environ$/ { member[pid] = 1 }
    /PPid:/ { parent[pid] = $2 }
    function below(pid, top) { for (n = 0; pid > 1 && n < 200; n++) { if (pid == top) return 1; pid = parent[pid] } return 0 }
    function known(pid) { for (n = 0; pid > 1 && n < 200; n++) { if (pid in member) return 1; pid = parent[pid] } return 0 }
    END { for (pid in parent) if (known(pid) && !below(me, pid) && !below(pid, me) && !(only == "orphans" && daemon > 0 && below(pid, daemon))) print pid }'
}
wait_gone() { # wait_gone SECONDS [orphans]
  local end=$((SECONDS + $1))
  while [ -n "$(instance_pids "${2-}")" ]; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}
# end_processes [orphans]: asked first, then ended; afterwards ENDED tells how many there were
end_processes() {
  local pid pids; pids=$(instance_pids "${1-}"); ENDED=$(wc -w <<<"$pids")
  [ "$ENDED" != 0 ] || return 0
  for pid in $pids; do kill -TERM "$pid" 2>/dev/null || true; done
  wait_gone 8 "${1-}" || for pid in $(instance_pids "${1-}"); do kill -KILL "$pid" 2>/dev/null || true; done
  wait_gone 5 "${1-}" || die "Some processes of this Mantel do not end: $(instance_pids "${1-}" | paste -sd' '). They belong to somebody else or wait for a disk; run this as root, or restart the machine if they stay."
}
