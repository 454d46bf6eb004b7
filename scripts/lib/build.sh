# shellcheck shell=bash
# What the checkout needs before anything can run: node_modules as the lock file says, and a built UI. Two starts at once wait for each other.

# The stamp is a copy of the lock file. Somebody who ran `npm install` by hand has no stamp: then npm's own record is compared.
modules_current() {
  [ -x "$NODE" ] || return 1
  cmp -s "$ROOT/package-lock.json" "$ROOT/node_modules/.mantel-lock" && return 0
  "$NODE" "$ROOT/scripts/config/modules-current.mts" "$ROOT" 2>/dev/null || return 1
  cp "$ROOT/package-lock.json" "$ROOT/node_modules/.mantel-lock" 2>/dev/null || true
}

npm_usable() { command -v npm >/dev/null && npm --version >/dev/null 2>&1; }

# npm leaves out optional parts (the binaries of sharp and rolldown) when the Node that it runs under is older than they ask for, without a word.
# So an older system gets Node 22 and the npm that wrote the lock file first, for the time of the installation.
NPM_VERSION=11.19.1
right_npm() { node -e 'const [a, b] = process.versions.node.split("."); process.exit(a == 22 && b >= 17 || a > 22 ? 0 : 1)' 2>/dev/null && [ "$(npm --version | cut -d. -f1)" -ge 10 ]; }
install_modules() {
  right_npm && { npm ci "$@"; return; }
  local name=${NODE#"$ROOT/node_modules/"} first rc=0; name=${name%%/*}
  mkdir -p "$ROOT/.cache"; first=$(mktemp -d "$ROOT/.cache/npm-XXXXXX")
  (cd "$first" && echo '{}' >package.json \
    && npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$name@$(grep -A1 "\"node_modules/$name\"" "$ROOT/package-lock.json" | sed -n 's/.*"version": "\(.*\)".*/\1/p')" "npm@$NPM_VERSION") \
    && PATH="$first/node_modules/$name/bin:$PATH" "$first/node_modules/$name/bin/node" "$first/node_modules/npm/bin/npm-cli.js" ci "$@" || rc=$?
  rm -rf "$first"
  return $rc
}

ensure_modules() {
  modules_current && return 0
  [ -w "$ROOT" ] || die "$ROOT must be completed with npm, but you may not write there. Run this as its owner, or as root."
  npm_usable || apt_install nodejs npm
  npm_usable || die "npm is there but does not run. Install Node.js 18 or newer with npm, then run this again."
  need_room "$ROOT" 1500 'the installation of the program'
  note 'Installing the program parts with npm (a minute or two, the first time) …'
  local log; log=$(mktemp)
  # readable for the service user whatever the umask of this shell is.
  # No scripts of packages: none is needed (all binaries come ready), and Debian's npm would try to compile better-sqlite3, which says "gypfile: false" to newer ones
  (umask 022; cd "$ROOT"; quietly "$log" install_modules --ignore-scripts --no-audit --no-fund --loglevel=error) \
    || die "npm could not install the program parts. Check the internet connection (the npm registry must be reachable) and the free space, then run this again. Details: $log"
  rm -f "$log"
  [ -x "$NODE" ] || die "npm did not install Node for this machine (node-linux-*). Remove $ROOT/node_modules and run this again; optional dependencies must not be switched off in your npm settings."
  cp "$ROOT/package-lock.json" "$ROOT/node_modules/.mantel-lock"
  MODULES_CHANGED=1
}

ui_stamp() {
  { cat "$ROOT/package-lock.json"
    cd "$ROOT/ui"; find . -type f -not -path './dist*' -not -path './node_modules/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c1-64
}

# The new build takes the place of the old one only when it is complete.
ensure_ui() {
  local stamp; stamp=$(ui_stamp)
  [ "$(cat "$ROOT/ui/dist/.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  [ -w "$ROOT/ui" ] || die "The user interface must be built, but you may not write into $ROOT/ui. Run this as its owner, or as root."
  note 'Building the user interface …'
  local log; log=$(mktemp)
  (umask 022; cd "$ROOT/ui"; rm -rf dist.next
   export PATH="${NODE%/*}:$PATH"
   NO_COLOR=1 quietly "$log" "$NODE" --run build -- --outDir dist.next --emptyOutDir) || die "The user interface could not be built. Details: $log"
  rm -f "$log"
  printf '%s' "$stamp" >"$ROOT/ui/dist.next/.stamp"
  rm -rf "$ROOT/ui/dist.old"; [ ! -e "$ROOT/ui/dist" ] || mv "$ROOT/ui/dist" "$ROOT/ui/dist.old"
  mv "$ROOT/ui/dist.next" "$ROOT/ui/dist"; rm -rf "$ROOT/ui/dist.old"
}

locked() { # locked COMMAND: one start, test or build of this checkout at a time; the lock ends with the subshell that holds it
  exec 8<"$ROOT"
  flock -w 900 8 || die "Another start has been installing in $ROOT for 15 minutes. Look what it does, then run this again."
  "$@"
  exec 8<&-
}
ensure_modules_once() { locked ensure_modules; }
ensure_ui_once() { locked ensure_ui; }
