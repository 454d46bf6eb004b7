# shellcheck shell=bash
# Is the port free, is Mantel up, and under which address does the family find it? Plain bash: nothing to install, no process to start.

http_get() { # http_get HOST PORT PATH: the body; 1 when nobody answers within 2 s
  (exec 3<>"/dev/tcp/$1/$2" && printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$3" "$1" >&3 && timeout 2 cat <&3) 2>/dev/null
}
healthy() { [[ "$(http_get "${1:-127.0.0.1}" "$PORT" /api/v1/health)" = *'"status":"ok"'* ]]; }

port_taken() {
  local hex; hex=$(printf '%04X' "$PORT")
  awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
need_port() {
  if port_taken; then
    if healthy; then die "Another Mantel runs on port $PORT already, with another data folder. Stop that one, or give this one its own port: --port $((PORT + 1))"; fi
    die "Port $PORT is used by another program. Stop that program, or choose another port: --port $((PORT + 1))"
  fi
  [ "$PORT" -ge "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)" ] || die "Ports below 1024 are reserved for root, and Mantel does not run as root. Use --port 2283 or another number above 1023."
}

wait_healthy() { # wait_healthy SECONDS: 1 when the time is over, 2 when the coordinator ended five times or pm2 is gone
  local end=$((SECONDS + $1)) seen='' pid tries=0
  until healthy; do
    [ $SECONDS -lt "$end" ] || return 1
    daemon_pid >/dev/null || return 2
    pid=$(app_pid coordinator) || pid=$seen
    [ "$pid" = "$seen" ] || { seen=$pid; tries=$((tries + 1)); }
    [ $tries -le 5 ] || return 2
    sleep 0.1
  done
}
show_logs() { local log; for log in "$STATE"/logs/*.log; do [ -s "$log" ] || continue; note "--- $log"; as_service tail -n 12 "$STATE_DIR${log#"$STATE"}" | cut -c1-400 >&2; done; note '---'; }

lan_address() { # the first IPv4 address of this machine that answers; bridges of containers come last
  local address
  for address in $(hostname -I 2>/dev/null | tr ' ' '\n' | grep -E '^[0-9.]+$' | sort -s -t. -k1,1 | awk '/^172\.1[78]\./ { last = last " " $0; next } { print } END { print last }'); do
    if healthy "$address"; then echo "$address"; return; fi
  done
  echo localhost
}
show_url() {
  local url code=''; url=http://$(lan_address):$PORT/
  code=$(as_service cat "$STATE_DIR/first-run.code" 2>/dev/null || true)
  [ -z "$code" ] || url="${url}setup?code=$code"
  printf '%s\n' "$url"
}
