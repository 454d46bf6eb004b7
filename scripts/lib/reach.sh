# shellcheck shell=bash
# A checkout or data folder below a closed folder (/root, a 0700 home) cannot be reached by the service user, whatever its own rights are.
# Root then mounts it a second time under the run-time folder; scripts/stop takes that away.

# What the service needs of a checkout. One mount each: the folder of the checkout itself may be the closed one (a 0700 mktemp folder).
APP_PARTS=(nodes node_modules plugins ui appliance scripts ecosystem.config.js package.json package-lock.json)

mounted() { own_folder "$RUN_FOLDER" && mountpoint -q "$RUN_FOLDER/$1" 2>/dev/null; }
use_mounts() { # what an earlier start mounted is where this instance lives
  if mounted app/scripts; then APP_DIR=$RUN_FOLDER/app; fi
  if mounted data; then DATA_DIR=$RUN_FOLDER/data; case $STATE/ in "$DATA"/*) STATE_DIR=$DATA_DIR${STATE#"$DATA"} ;; esac; fi
  if mounted state; then STATE_DIR=$RUN_FOLDER/state; fi
}

can_run() { as_service test -x "$APP_DIR/${NODE#"$ROOT"/}" -a -r "$APP_DIR/ecosystem.config.js" -a -r "$APP_DIR/nodes/coordinator/src/main.ts" 2>/dev/null; }
can_write() { as_service test -d "$1" -a -w "$1" -a -x "$1" 2>/dev/null; }

closed_parent() { # the first folder on the way that the service user may not pass
  local dir='' part IFS=/
  for part in $1; do dir=${dir%/}/$part; as_service test -x "$dir" || { printf '%s' "$dir"; return; }; done
}

bind() { # bind NAME FOLDER-OR-FILE
  local at=$RUN_FOLDER/$1
  if [ -d "$2" ]; then mkdir -p "$at"; else : >"$at"; fi
  # rslave: disks that are mounted later below the folder appear here too, but taking this away never takes them away there
  if [ -d "$2" ]; then in_folder "$2" mount -c --rbind . "$at" 2>/dev/null; else mount --rbind "$2" "$at" 2>/dev/null; fi && mount --make-rslave "$at" 2>/dev/null && return 0
  undo_mounts
  die "The user $RUN_USER cannot reach $2: $(closed_parent "$2") is closed to others, and this machine does not allow a bind mount. Move it to a folder that others may enter (for example below /srv or /opt), or open the way with: chmod o+x $(closed_parent "$2")"
}
bind_app() {
  local part
  run_folder; mkdir -p "$RUN_FOLDER/app"; chmod 0755 "$RUN_FOLDER/app"
  for part in "${APP_PARTS[@]}"; do [ ! -e "$ROOT/$part" ] || bind "app/$part" "$ROOT/$part"; done
}

make_reachable() {
  if ! is_root; then can_write "$DATA" && can_write "$STATE" || refuse_data; return; fi
  can_run || { bind_app; use_mounts; }
  can_run || die "The user $RUN_USER cannot read the program in $ROOT, because files there are closed to others. Open them with: chmod -R go+rX $ROOT"
  can_write "$DATA_DIR" || [ -z "$(closed_parent "$DATA")" ] || [ "$(closed_parent "$DATA")" = "$DATA" ] || { run_folder; bind data "$DATA"; use_mounts; }
  can_write "$DATA_DIR" || refuse_data
  can_write "$STATE_DIR" || { run_folder; bind state "$STATE"; use_mounts; }
  can_write "$STATE_DIR" || die "The user $RUN_USER may not write into the state folder $STATE. Use an empty folder, or: chown -R $RUN_USER: $STATE"
}

undo_mounts() {
  local name
  is_root && own_folder "$RUN_FOLDER" || return 0
  for name in state data "${APP_PARTS[@]/#/app/}" app; do
    [ -e "$RUN_FOLDER/$name" ] || continue
    if mounted "$name"; then umount -R "$RUN_FOLDER/$name" 2>/dev/null || umount -l "$RUN_FOLDER/$name" || { warn "$RUN_FOLDER/$name is still mounted."; continue; }; fi
    # only the empty places of the mounts: rmdir and this test never take a file of anybody
    if [ -d "$RUN_FOLDER/$name" ]; then rmdir "$RUN_FOLDER/$name" 2>/dev/null || true; elif [ ! -s "$RUN_FOLDER/$name" ]; then rm -f "$RUN_FOLDER/$name"; fi
  done
}
