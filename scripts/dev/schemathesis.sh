# The program that asks every endpoint, in an environment of its own. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh

# set_up_schemathesis: names it for the test that drives it.
set_up_schemathesis() {
  local folder=$DEV_DIR/tools/schemathesis
  set_up_packages python3-venv
  cmp -s scripts/dev/schemathesis.txt "$folder/installed.txt" ||
    step schemathesis "Installing schemathesis, once" install_schemathesis "$folder"
  export BEADSBOX_SCHEMATHESIS=$folder/bin/st
}

install_schemathesis() {
  rm -rf "$1"
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check -r scripts/dev/schemathesis.txt
  # Written last: it tells a finished installation from one that was cut short.
  cp scripts/dev/schemathesis.txt "$1/installed.txt"
}
