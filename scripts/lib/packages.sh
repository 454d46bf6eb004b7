# shellcheck shell=bash
# Debian packages: only what is missing, and never a second nats-server run by the system.

# Where the service finds programs, whatever path the person who types has: what is asked for here is what ecosystem.config.js runs.
SERVICE_PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
for_service() { (PATH=$SERVICE_PATH; "$@"); }

# "how to see that it is there|package"
BASE_PACKAGES=('for_service command -v nats-server|nats-server' 'for_service command -v ffmpeg|ffmpeg' 'for_service command -v ffprobe|ffmpeg' 'for_service command -v openssl|openssl' 'for_service perl -MEncode -MPOSIX -MTime::Local -e 1|perl' 'command -v mount|mount' 'for_service command -v dcraw_emu|libraw-bin' 'for_service command -v djxl|libjxl-tools' 'for_service command -v prlimit|util-linux' 'for_service command -v bwrap|bubblewrap')
TEST_PACKAGES=('command -v chromium|chromium' 'command -v ip|iproute2' 'command -v vips|libvips-tools' 'command -v vipsthumbnail|libvips-tools' 'command -v dcraw_emu|libraw-bin' 'command -v heif-convert|libheif-examples' 'command -v opj_decompress|libopenjp2-tools' 'for_service command -v avahi-daemon|avahi-daemon' 'command -v faketime|faketime')

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
  else return 77; fi
}

ensure_packages() {
  local entry missing=()
  for entry in "$@"; do
    ${entry%|*} >/dev/null 2>&1 || [[ " ${missing[*]} " = *" ${entry#*|} "* ]] || missing+=("${entry#*|}")
  done
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

apt_install() {
  command -v apt-get >/dev/null || die "These programs are missing: $*. This is not a Debian system: install them by hand, then run this again."
  note "Installing Debian packages: $*"
  local rc=0 log; log=$(mktemp)
  # policy-rc.d keeps apt from starting the services that it installs; the unit is switched off too, so that it stays off after a reboot
  as_root bash -s -- "$@" >"$log" 2>&1 <<'AS_ROOT' || rc=$?
set -eu
export DEBIAN_FRONTEND=noninteractive
had=' '; for name in nats-server avahi-daemon; do [ ! -e "/usr/sbin/$name" ] || had+="$name "; done
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
fi
get() { apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 "$@" </dev/null; }
get install -y --no-install-recommends "$@" || { get update && get install -y --no-install-recommends "$@"; }
for name in nats-server avahi-daemon; do
  [[ $had != *" $name "* ]] && [ -e "/usr/sbin/$name" ] || continue
  if [ -d /run/systemd/system ]; then for unit in socket service; do systemctl disable --now "$name.$unit" || true; done; fi
  rm -f /etc/systemd/system/*.wants/"$name".* /etc/systemd/system/dbus-org.freedesktop.Avahi.service # also where no systemd runs now, but may after the next start of the machine
  if [ -e "/etc/init.d/$name" ]; then update-rc.d "$name" disable || true; fi
done
AS_ROOT
  if [ $rc = 77 ]; then rm -f "$log"; die "These Debian packages are missing: $*. Run this as root, or have an administrator run: apt-get install $*"; fi
  if [ $rc != 0 ]; then
    note '--- last lines of apt-get'; tail -n 15 "$log" >&2; note '---'; rm -f "$log"
    die "Installing $* did not work. Check the internet connection and the free space, try: apt-get update && apt-get install $*   and run this again."
  fi
  rm -f "$log"
}
