# ./dev package: the Debian package, and whether it installs, opens its window, and goes without a trace. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh

PACKAGE_ROOT=$DEV_DIR/package/root
PACKAGE=my-beads-box

dev_package() {
  local profile=release arguments=()
  while [ $# -gt 0 ]; do
    case $1 in
      --debug) profile=debug arguments=(--debug) ;;
      *) fail "./dev package [--debug]" ;;
    esac
    shift
  done
  [ "$(id -u)" -eq 0 ] || fail "./dev package needs root: it installs the package in a root of its own."
  set_up build
  set_up_packages debootstrap
  # The key is the organisation's: with it the package gets a signature beside it, and without it there is none to give out.
  step package "Building the package" build_package "${arguments[@]}"
  local built
  built=$(find "${CARGO_TARGET_DIR:-target}/$profile/bundle/deb" -name '*.deb' -printf '%T@ %p\n' | sort -rn | head -n 1 | cut -d ' ' -f 2-)
  [ -n "$built" ] || fail "The build made no package."
  at_exit leave_root
  step root "Making a Debian of its own" make_root
  (cd "$PACKAGE_ROOT" && find . -xdev | sort) >"$DEV_DIR/package/before"
  cp "$built" "$PACKAGE_ROOT/tmp/program.deb"
  step install "Installing the package there" in_root apt-get install -y --no-install-recommends /tmp/program.deb
  in_root dpkg -L $PACKAGE | sed 's/^/./' | sort | comm -23 - "$DEV_DIR/package/before" >"$DEV_DIR/package/own"
  # What the package does not need and a screen does.
  step screen "Installing a screen there" in_root apt-get install -y --no-install-recommends xvfb xauth xdotool dbus dbus-x11
  step window "Opening its first window" see_window
  step purge "Removing it" remove_package
  nothing_is_left || fail "The package leaves something behind."
  say "The package installs, opens its window and goes without a trace: $built"
}

build_package() {
  ui/node_modules/.bin/tauri build --ci --bundles deb "$@" -- "${CARGO_SELECTION[@]}"
}

# A small Debian of the release that runs here, from the mirror that this machine uses.
make_root() {
  leave_root
  mkdir -p "$PACKAGE_ROOT"
  local suite mirror
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(debian_mirror "$suite")
  debootstrap --variant=minbase "$suite" "$PACKAGE_ROOT" "$mirror"
  mount --bind /proc "$PACKAGE_ROOT/proc"
  in_root apt-get update
}

leave_root() {
  umount "$PACKAGE_ROOT/proc" 2>/dev/null || true
  rm -rf --one-file-system "$PACKAGE_ROOT"
}

in_root() {
  chroot "$PACKAGE_ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# Starts the program as somebody who is nobody, and waits until its window is there.
see_window() {
  in_root useradd --create-home somebody
  in_root runuser -u somebody -- sh -c '
    set -eu
    export HOME=/home/somebody XDG_RUNTIME_DIR=$(mktemp -d) GDK_BACKEND=x11 NO_AT_BRIDGE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1
    # Within a root within a container the web view cannot make a sandbox of its own.
    export WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1
    xvfb-run -a dbus-run-session -- sh -eu -c "
      mybeadsbox --data-dir \$HOME/data --key-file \$HOME/keys >\$HOME/program.log 2>&1 &
      program=\$!
      for _ in \$(seq 120); do
        if xdotool search --onlyvisible --name \"My Beads Box\" >/dev/null 2>&1; then
          kill \$program
          exit 0
        fi
        kill -0 \$program || break
        sleep 0.5
      done
      cat \$HOME/program.log
      exit 1
    "'
}

# The person stays, with their home: what they did is not the package's to take, and what it left there has to be seen.
remove_package() {
  in_root apt-get remove -y $PACKAGE
  in_root dpkg --purge $PACKAGE
}

# None of the package's own files (folders may be others' as well), and nothing that is called like it but the program's folder in the
# person's home, as for any program. What they did, which may not be sent yet, is still there.
nothing_is_left() {
  local path left=() home=$PACKAGE_ROOT/home/somebody
  [ -s "$home/data/outbox.db" ] || left+=("not what the person did: $home/data/outbox.db")
  ! in_root dpkg -s $PACKAGE >/dev/null 2>&1 || left+=("the package itself")
  while read -r path; do
    [ ! -e "$PACKAGE_ROOT/$path" ] || [ -d "$PACKAGE_ROOT/$path" ] || left+=("$path")
  done <"$DEV_DIR/package/own"
  while read -r path; do
    left+=("$path")
  done < <(find "$PACKAGE_ROOT" -xdev -path "$home/.local/share/com.mybeadsbox.desktop" -prune -o -iname '*beads*' -not -path "$PACKAGE_ROOT/var/log/*" -print)
  [ ${#left[@]} -eq 0 ] || printf '%s\n' "${left[@]}" >&2
  [ ${#left[@]} -eq 0 ]
}
