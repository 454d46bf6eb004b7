#!/bin/sh
# Makes this computer a worker of the Mantel that sent this script. Running it again updates or repairs. To undo it: sudo mantel worker leave --purge
set -eu
umask 022
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ADDRESS='@ADDRESS@' PORT='@PORT@' PIN='@PIN@' CID='@CID@' BUILD='@BUILD@'
SHA_X64='@SHA_X64@' SHA_ARM64='@SHA_ARM64@'
HOME_DIR=/opt/mantel-worker VERSIONS=/opt/mantel-worker/versions STATE=/var/lib/mantel-worker WHO=mantel-worker
WAIT_S=${MANTEL_JOIN_WAIT:-1800}
case $WAIT_S in ''|*[!0-9]*) echo "MANTEL_JOIN_WAIT must be a number of seconds, not \"$WAIT_S\"." >&2; exit 2 ;; esac
PAIRED_WAIT_S=20

note() { printf '%s\n' "$*"; }
warn() { printf 'Warning: %s\n' "$*" >&2; }
die() { printf 'Error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
has_systemd() { [ -d /run/systemd/system ]; }

check_system() {
  [ "$(id -u)" = 0 ] || die 'This must run as root: end the line with "| sudo sh".'
  [ "$(uname -s)" = Linux ] || die "The worker runs on Linux. This is $(uname -s)."
  case $(uname -m) in
    x86_64) PLATFORM=linux-x64 SHA=$SHA_X64 ;;
    aarch64) PLATFORM=linux-arm64 SHA=$SHA_ARM64 ;;
    *) die "The worker runs on 64-bit Intel, AMD and ARM machines. This is $(uname -m)." ;;
  esac
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/glibc //') || glibc=''
  case $glibc in 2.[0-9]|2.1?|2.2[0-7]|'') die "The worker needs a Linux with glibc 2.28 or newer (Debian 10, Ubuntu 20.04 or later). This one has ${glibc:-another C library}." ;; esac
  [ -n "$SHA" ] || die "Your Mantel has no program for $PLATFORM yet. In Admin → Nodes → Add a PC, prepare it for $PLATFORM; then run this again."
  if [ -f "$STATE/paired.json" ] && ! grep -q "\"cid\":\"$CID\"" "$STATE/paired.json"; then
    die 'This computer works for another Mantel. Let it leave that one first: sudo mantel worker leave'
  fi
}

PACKAGES='ffmpeg libjxl-tools libraw-bin util-linux passwd tar gzip coreutils'
missing_programs() {
  missing=''
  for pair in ffmpeg:ffmpeg ffprobe:ffmpeg djxl:libjxl-tools dcraw_emu:libraw-bin prlimit:util-linux flock:util-linux setpriv:util-linux setsid:util-linux useradd:passwd tar:tar gzip:gzip sha256sum:coreutils; do
    have "${pair%%:*}" || case " $missing " in *" ${pair#*:} "*) ;; *) missing="$missing${missing:+ }${pair#*:}" ;; esac
  done
}
install_packages() {
  missing_programs
  [ -n "$missing" ] || return 0
  if have apt-get; then
    note "Installing from this system's own packages: $missing …"
    log=$(mktemp)
    { DEBIAN_FRONTEND=noninteractive apt-get update -q && for one in $missing; do DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$one" || true; done; } >"$log" 2>&1 </dev/null || true
    missing_programs
    [ -z "$missing" ] || { tail -n 5 "$log" >&2; }
    rm -f "$log"
  fi
  [ -n "$missing" ] || return 0
  for need in flock setpriv setsid useradd tar gzip sha256sum; do have "$need" || die "The program $need is missing. Install it with your package manager ($PACKAGES are the names on Debian), then run this again."; done
  warn "These are missing, and some photos or videos will get no preview here until they are installed (names as on Debian): $missing"
}

make_user() {
  id "$WHO" >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir "$STATE" --shell /usr/sbin/nologin "$WHO"
  mkdir -p "$HOME_DIR"; chown root:root "$HOME_DIR"; chmod 0755 "$HOME_DIR"
  # -P and -h: what the worker's user put there is never followed
  for dir in "$VERSIONS" "$STATE"; do
    [ ! -L "$dir" ] || die "$dir is a link. Remove it, then run this again."
    mkdir -p "$dir"; chown -h "$WHO:$WHO" "$dir"
  done
  chmod 0755 "$VERSIONS"; chmod 0700 "$STATE"
}
as_worker() { (cd / && setpriv --reuid="$WHO" --regid="$WHO" --init-groups --inh-caps=-all -- env -i PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 HOME="$STATE" "$@"); }

can_run() { as_worker sh -c : 2>/dev/null || die "The user $WHO, which this script made, may not run programs on this computer. Look at the rights of / and /usr; they must be open to all."; }
# Everything below versions/ is done as the worker's user: root never writes where that user could have laid a link.
# Fetched also when this build is there: whoever types the line again may be here because a file of it is damaged.
fetch_version() {
  free=$(df -Pm "$VERSIONS" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge 400 ] || die "The disk with $HOME_DIR has $free MB left, and the worker needs 400. Make room, then run this again."
  note 'Fetching the program from your Mantel …'
  as_worker rm -rf "$VERSIONS/.new"; as_worker mkdir -m 0755 "$VERSIONS/.new"
  rc=0
  as_worker curl -fsSk --pinnedpubkey "sha256//$PIN" --connect-timeout 10 --retry 3 --retry-delay 2 --max-time 3600 -o "$VERSIONS/.new/bundle.tar.gz" "https://$ADDRESS:$PORT/api/v1/worker/bundle/$PLATFORM" || rc=$?
  case $rc in
    0) ;;
    90) give_up 'Whoever answers at that address is not the Mantel that sent this script. Nothing was installed.' ;;
    23) give_up "The program could not be written to $VERSIONS. Is the disk full? Nothing was installed." ;;
    *) give_up "The program could not be fetched from $ADDRESS:$PORT (curl says $rc). Nothing was installed; try again." ;;
  esac
  as_worker sh -c 'echo "$2  $1" | sha256sum -c --status -' sh "$VERSIONS/.new/bundle.tar.gz" "$SHA" || give_up 'The program that arrived is not the one that was announced: its checksum is wrong. Nothing was installed; copy the join line again, and if this stays, restart Mantel.'
  as_worker tar -xzf "$VERSIONS/.new/bundle.tar.gz" -C "$VERSIONS/.new" --no-same-owner || give_up 'The program could not be unpacked. Is the disk full? Nothing was installed.'
  as_worker rm -f "$VERSIONS/.new/bundle.tar.gz"
  said=$(as_worker timeout 120 setsid -w "$VERSIONS/.new/bin/node" --disable-warning=ExperimentalWarning "$VERSIONS/.new/nodes/worker/src/update/smoke.ts" 2>&1 </dev/null) || give_up "The program does not start on this computer: $(printf '%s' "$said" | tail -n 1) Nothing was installed."
  as_worker sync -f "$VERSIONS/.new" || give_up 'The program could not be written to the disk. Nothing was installed.' # a link that is on the disk must not lead to files that are not
}
give_up() { as_worker rm -rf "$VERSIONS/.new"; die "$1"; }
put_version() {
  if [ -d "$VERSIONS/.new" ]; then as_worker rm -rf "$VERSIONS/$BUILD"; as_worker mv -T "$VERSIONS/.new" "$VERSIONS/$BUILD"; fi
  as_worker rm -f "$VERSIONS/trial" "$VERSIONS/bad" "$VERSIONS/current.join"
  as_worker ln -s "$BUILD" "$VERSIONS/current.join"; as_worker mv -T "$VERSIONS/current.join" "$VERSIONS/current"
  # the files that root runs come from this script's own house, and belong to root
  as_worker cat "$VERSIONS/$BUILD/launcher" >"$HOME_DIR/launcher.new"; chmod 0755 "$HOME_DIR/launcher.new"; mv -T "$HOME_DIR/launcher.new" "$HOME_DIR/launcher"
  printf '%s\n' "# Written by join.sh." "MANTEL_COORDINATOR='$ADDRESS:$PORT'" "MANTEL_NAME='$(worker_name)'" "MANTEL_PIN='$PIN'" >/etc/mantel-worker.conf
}
worker_name() { printf '%s' "${MANTEL_NAME:-$(hostname 2>/dev/null || cat /etc/hostname)}" | tr -cd 'A-Za-z0-9 ._-' | cut -c1-60; }
write_command() {
  if [ -e /usr/local/bin/mantel ] && ! grep -q 'written by join.sh' /usr/local/bin/mantel; then warn '/usr/local/bin/mantel is another program and is left. Yours is /opt/mantel-worker/mantel.'; fi
  cat >"$HOME_DIR/mantel.new" <<'MANTEL_COMMAND'
@COMMAND@
MANTEL_COMMAND
  chmod 0755 "$HOME_DIR/mantel.new"; mv -T "$HOME_DIR/mantel.new" "$HOME_DIR/mantel"
  if [ ! -e /usr/local/bin/mantel ] || grep -q 'written by join.sh' /usr/local/bin/mantel; then mkdir -p /usr/local/bin; cp "$HOME_DIR/mantel" /usr/local/bin/mantel.new; chmod 0755 /usr/local/bin/mantel.new; mv -T /usr/local/bin/mantel.new /usr/local/bin/mantel; fi
}
write_service() {
  if has_systemd; then
    groups=''; for g in input video render; do ! getent group $g >/dev/null || groups="$groups${groups:+ }$g"; done
    sed "s/^%GROUPS%$/${groups:+SupplementaryGroups=$groups}/" >/etc/systemd/system/mantel-worker.service <<'MANTEL_UNIT'
@UNIT@
MANTEL_UNIT
    systemctl daemon-reload
    rm -f /etc/cron.d/mantel-worker
    return 0
  fi
  if [ -d /etc/cron.d ]; then
    line="$WHO umask 077; exec $HOME_DIR/launcher >>$STATE/worker.log 2>&1 </dev/null"
    printf '%s\n' '# Written by join.sh: starts the Mantel worker with this computer, and again if its keeper ended.' 'PATH=/usr/local/bin:/usr/bin:/bin' "@reboot $line" "* * * * * $line" >/etc/cron.d/mantel-worker
    chmod 0644 /etc/cron.d/mantel-worker
  fi
  if [ -d /etc/cron.d ] && { have cron || have crond; }; then
    note 'This system does not run systemd: cron starts the worker with the computer.'
  else
    note 'This system runs neither systemd nor cron: after a restart of this computer, start the worker with: sudo mantel worker start'
  fi
}

# the folder is the worker's: what lies there is read with its rights, and only so much
worker_says() { as_worker timeout 5 head -c 4096 "$STATE/pairing.json" 2>/dev/null | tr -d '\000-\037\177' || true; }
field() { printf '%s' "$1" | sed -n "s/.*\"$2\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1; }
# a pairing from before counts when the house still takes it; a worker that was removed finds out soon after its start
at_work() {
  [ -f "$STATE/paired.json" ] || return 1
  [ -n "$paired_before" ] || return 0
  case $("$HOME_DIR/mantel" worker status --json 2>/dev/null) in *'"connected":true'*) return 0 ;; *) return 1 ;; esac
}
# shows what the worker waits for, until an admin let it in
follow() {
  shown='' n=0
  while [ $n -lt $((WAIT_S * 2)) ]; do
    if at_work; then note "Done. This computer now works for your Mantel ($ADDRESS). Look at it in Admin → Nodes, or here: sudo mantel worker status"; return 0; fi
    if [ -f "$STATE/paired.json" ]; then
      if [ $n -ge $((PAIRED_WAIT_S * 2)) ]; then note "This computer is let in already, but your Mantel at $ADDRESS:$PORT does not answer its worker yet. It goes on trying; see it with: sudo mantel worker status"; return 0; fi
      sleep 0.5; n=$((n + 1)); continue
    fi
    paired_before=''
    says_all=$(worker_says)
    state=$(field "$says_all" state) code=$(field "$says_all" code) says=$(field "$says_all" says)
    if [ "$state $code $says" != "$shown" ]; then
      case $state in
        waiting) note "This computer is announced. ${says:-Open Admin → Nodes and press Add on its card.}" ;;
        code) note ''; note "    The code is  $(printf '%s' "$code" | sed 's/^\(...\)/\1 /')"; note ''; note 'Admin → Nodes shows the same six digits? Then approve it there. If they differ, reject it: somebody is in between.' ;;
        refused) note "${says:-It was not let in. The card can be added again in Admin → Nodes.}" ;;
        ignored) note "${says:-An admin chose to ignore this computer. In Admin → Nodes it can be un-ignored.}" ;;
        full) note "${says:-Too many computers wait to be let in already. Add or ignore those first.}" ;;
        looking) note "${says:-Looking for your Mantel at $ADDRESS:$PORT …}" ;;
      esac
      shown="$state $code $says"
    fi
    sleep 0.5; n=$((n + 1))
  done
  note 'Nobody approved this computer so far. It goes on waiting in the background; approve it in Admin → Nodes whenever you like.'
}

main() {
  check_system
  install_packages
  trap 'exit 130' INT TERM
  make_user
  can_run
  fetch_version
  # from here on nothing can fail halfway: each file is complete before it takes its place
  [ ! -x "$HOME_DIR/mantel" ] || "$HOME_DIR/mantel" worker stop || true
  put_version
  write_command
  write_service
  trap 'echo; echo "The worker goes on in the background. See it with: sudo mantel worker status"; exit 0' INT
  paired_before=''; if [ -f "$STATE/paired.json" ]; then paired_before=1; else as_worker rm -rf "$STATE/pairing.json"; fi
  "$HOME_DIR/mantel" worker start
  follow
}
# read to its last line before anything happens, and nothing below may read the rest of a pipe
main </dev/null
exit
