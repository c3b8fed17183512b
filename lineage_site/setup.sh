#!/bin/sh
# Makes .venv and installs the locked packages into it; quick when nothing has changed.
#   setup.sh run | dev      what the site needs | that and what the tests and checks need
#   setup.sh browser        makes sure of a Chromium for the tests that drive pages
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$@" >&2; exit 1; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }
install_with_apt() {
    say "Installing $* …"
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if is_new_enough "$name"; then command -v "$name"; return; fi
    done
}

make_venv() {
    python=$(find_python)
    if [ -z "$python" ] && may_install; then
        install_with_apt python3 python3-venv
        python=$(find_python)
    fi
    [ -n "$python" ] || fail "Python 3.11 to 3.14 is needed and was not found." \
        "Install one (Debian 12 or newer: apt-get install python3 python3-venv) and run this again," \
        "or name one: make $goal PYTHON=/path/to/python3"
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        # Debian ships Python without these two.
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        may_install || fail "This Python lacks the module that makes environments. Run this, then again:" \
            "  sudo apt-get install -y $package"
        install_with_apt "$package"
    fi
    say "Making .venv with $("$python" --version) …"
    rm -rf .venv
    "$python" -m venv .venv
}

install_lock() {
    lock=$1 stamp=.venv/.installed-$2
    # A tree that was moved, or another Python, needs the packages anew; the key names both.
    key=$(cksum <"$lock"; pwd; .venv/bin/python --version)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ]; then return; fi
    say "Installing $(grep -c '==' "$lock") packages from $lock …"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
        --require-hashes --requirement "$lock"
    printf '%s' "$key" >"$stamp"
}

find_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name"; then return; fi
    done
}

goal=${1:-run}
case $goal in
run | dev)
    if ! .venv/bin/python -c 'import pip' >/dev/null 2>&1 || ! is_new_enough .venv/bin/python; then
        make_venv
    fi
    if [ "$goal" = dev ]; then
        install_lock requirements-dev.txt dev
    elif [ ! -f .venv/.installed-dev ]; then
        install_lock requirements.txt run
    else
        install_lock requirements-dev.txt dev # It holds the other lock whole.
    fi
    ;;
browser)
    if [ -z "$(find_chromium)" ]; then
        may_install || fail "Chromium is needed and was not found. Run this, then again:" \
            "  sudo apt-get install -y chromium"
        install_with_apt chromium
    fi
    ;;
*) fail "usage: setup.sh run|dev|browser" ;;
esac
