#!/bin/bash
# A PC that has never heard of Mantel: its own root folder, processes and host name; the system's programs are there, this checkout is not. Needs root; runs inside `unshare --mount --pid --fork`.
#   bare-pc.sh ROOT   (its process number on the outside is the first line; then "up")
set -e
root=$1
read -r outside _ </proc/self/stat # still the /proc of outside
echo "pid $outside"
mount --make-rprivate /
mkdir -p "$root"/{usr,etc/cron.d,opt,var/lib,var/tmp,root,run,tmp,dev,proc,home}
chmod 755 "$root"; chmod 1777 "$root/tmp" "$root/var/tmp"
for link in bin sbin lib lib32 lib64; do [ ! -L /$link ] || ln -sfn "$(readlink /$link)" "$root/$link"; done
mount --bind /usr "$root/usr"; mount -o remount,ro,bind "$root/usr"
mkdir -p "$root/var/local-of-pc/bin"; mount --bind "$root/var/local-of-pc" "$root/usr/local"
if [ ! -e "$root/etc/passwd" ]; then # the first start; a later one finds its disk as it was
  grep -E '^(root|nobody):' /etc/passwd >"$root/etc/passwd"; grep -E '^(root|nogroup|shadow):' /etc/group >"$root/etc/group"; printf 'root:*:19000:0:99999:7:::\n' >"$root/etc/shadow"
  for f in os-release debian_version ld.so.cache ld.so.conf nsswitch.conf login.defs alternatives hosts localtime; do [ ! -e /etc/$f ] || cp -a /etc/$f "$root/etc/"; done
fi
mount --rbind /dev "$root/dev"; mount -t proc proc "$root/proc"; mount -t tmpfs tmpfs "$root/run"
cd "$root"
exec chroot "$root" /bin/bash -c 'echo up; trap "exit 0" TERM; while :; do sleep 600 & wait; done'
