# Finds out what is missing and installs that. Sourced by the commands that need it.
# shellcheck shell=bash

BUILD_PACKAGES=(
  build-essential pkg-config file perl ca-certificates curl jq
  libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev libsoup-3.0-dev libssl-dev libxdo-dev libayatana-appindicator3-dev
)
POSTGRES_PACKAGES=(postgresql openssl)
RUN_PACKAGES=(
  xvfb openbox xdotool imagemagick dbus dbus-x11 gnome-keyring webkit2gtk-driver "${POSTGRES_PACKAGES[@]}" iproute2
)
# What stands beside the server in tests, and in ./dev up --all: none of it is needed to try the program.
SERVICE_PACKAGES=(haproxy rabbitmq-server redis-server python3-aiosmtpd)
TEST_PACKAGES=(chromium "${SERVICE_PACKAGES[@]}")
LEAST_RUST=1.95
LEAST_NODE=20

# set_up build|run|test: how much is needed. Quick where all is there.
set_up() {
  local packages=("${BUILD_PACKAGES[@]}")
  [ "$1" = build ] || packages+=("${RUN_PACKAGES[@]}")
  [ "$1" != test ] || packages+=("${TEST_PACKAGES[@]}")
  set_up_packages "${packages[@]}"
  check_rust
  check_node
  set_up_ui
  [ "$1" = build ] || set_up_tauri_driver
  [ "$1" != test ] || set_up_nextest
  [ "$1" != test ] || set_up_browser
}

set_up_packages() {
  [ -z "${BEADSBOX_SKIP_PACKAGES:-}" ] || return 0
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "This script installs packages on Debian and Ubuntu only. Elsewhere install what matches these:" \
      "  $*" \
      "and run it with BEADSBOX_SKIP_PACKAGES=1."
  fi
  local installed package missing=()
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qx "installed $package" <<<"$installed" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "As root, install: ${missing[*]}"
    as_root=(sudo)
    # Asked here, because the step below has its input closed.
    sudo -v
  fi
  step packages "Installing ${missing[*]}" install_packages "${missing[@]}"
}

# Uses `as_root` of its caller.
install_packages() {
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update
  "${apt[@]}" install -y --no-install-recommends "$@"
}

# debian_mirror SUITE: the mirror that this machine uses for it.
debian_mirror() {
  local mirror
  # shellcheck disable=SC2016 # apt's own words
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | awk -v suite="$1" '$2 == suite && $3 == "main" { print $1; exit }')
  [ -n "$mirror" ] || fail "This machine names no mirror of Debian $1."
  printf '%s' "$mirror"
}

# at_least HAVE WANT: compares versions.
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_rust() {
  local version
  { command -v cargo && command -v rustc; } >/dev/null ||
    fail "Rust is missing. Install $LEAST_RUST or newer from https://rustup.rs and run this again."
  version=$(rustc --version | cut -d ' ' -f 2)
  at_least "$version" "$LEAST_RUST" || fail "Rust $version is too old: run 'rustup update' to get $LEAST_RUST or newer."
}

check_node() {
  local version
  { command -v npm && command -v node; } >/dev/null ||
    fail "Node is missing. Install $LEAST_NODE or newer, with npm, from https://nodejs.org and run this again."
  version=$(node --version | tr -d v)
  at_least "$version" "$LEAST_NODE" || fail "Node $version is too old: $LEAST_NODE or newer is needed."
}

set_up_ui() {
  # npm writes this file last, so it also tells a finished installation from one that was cut short.
  [ ui/node_modules/.package-lock.json -nt ui/package-lock.json ] ||
    step npm "Installing what the screens are built with" install_ui
}

install_ui() {
  in_ui npm ci --no-audit --no-fund
  touch ui/node_modules/.package-lock.json
}

# What drives Debian's Chromium over the shop page. No browser comes with it.
set_up_browser() {
  [ e2e/browser/node_modules/.package-lock.json -nt e2e/browser/package-lock.json ] ||
    step browser "Installing what drives the browser" install_browser
}

install_browser() {
  (cd e2e/browser && npm ci --no-audit --no-fund)
  touch e2e/browser/node_modules/.package-lock.json
}

set_up_tauri_driver() {
  export BEADSBOX_TAURI_DRIVER=${BEADSBOX_TAURI_DRIVER:-$DEV_DIR/tools/bin/tauri-driver}
  # Without a version cargo would take an alpha of the next one.
  [ -x "$BEADSBOX_TAURI_DRIVER" ] ||
    step tauri-driver "Building tauri-driver, once" cargo install tauri-driver --version '^2' --locked --root "$DEV_DIR/tools"
}

set_up_nextest() {
  cargo nextest --version >/dev/null 2>&1 ||
    step nextest "Building cargo-nextest, once" cargo install cargo-nextest --locked --root "$DEV_DIR/tools"
}
