#!/bin/sh
# Runs a command in the project's virtual environment, which it makes or renews first where that is needed.
#
#   tools/with-venv.sh [--tests] COMMAND...     --tests: install tests/requirements.txt too
#
# PYTHON picks the interpreter; without it, the newest of 3.11 to 3.15 that runs. Each version has its own
# environment, .venv/VERSION, so changing between versions costs nothing.
set -eu
cd "$(dirname "$0")/.."

fail() { echo "$*" >&2; exit 1; }
version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2] + getattr(sys, "abiflags", ""))' 2>/dev/null; }
minor_of() { "$1" -c 'import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else 0)' 2>/dev/null || echo 0; }

# Every candidate is run: a name on PATH may be a shim that leads nowhere.
newest_python() {
    best= best_minor=10
    for name in python3.15 python3.14 python3.13 python3.12 python3.11 python3 python; do
        command -v "$name" >/dev/null || continue
        minor=$(minor_of "$name")
        if [ "$minor" -gt "$best_minor" ] && [ "$minor" -le 15 ]; then best=$name best_minor=$minor; fi
    done
    echo "$best"
}

wanted="requirements.txt" level=book
if [ "${1:-}" = --tests ]; then wanted="$wanted tests/requirements.txt" level=tests; shift; fi

python=${PYTHON:-$(newest_python)}
[ -n "$python" ] || fail "This needs Python 3.11 or newer, and none was found on PATH; install one, or name it: PYTHON=/path/to/python3 make ..."
version=$(version_of "$python") || fail "PYTHON=$python does not run; name a Python 3.11 or newer."
[ "$(minor_of "$python")" -ge 11 ] || fail "PYTHON=$python is Python $version; this needs 3.11 or newer."

venv=$PWD/.venv/$version
if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then  # none yet, one that was cut off, or one whose Python is gone
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "Python $version ($python) has no venv module; install it (on Debian and Ubuntu: apt install python$version-venv)."
    echo "Making .venv/$version ..."
    "$python" -m venv --clear "$venv" || fail "Python $version could not make a virtual environment in $venv."
fi

state="$PWD $(cat $wanted constraints.txt pyproject.toml | cksum)"
if [ "$(cat "$venv/installed-$level" 2>/dev/null)" != "$state" ]; then
    echo "Installing into .venv/$version (a minute or two the first time) ..."
    log=$venv/install.log
    if ! "$venv/bin/python" -m pip install --retries 2 -c constraints.txt $(printf -- '-r %s ' $wanted) >"$log" 2>&1; then
        if grep -qE 'NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|Connection(Error|Refused)|Network is unreachable' "$log"; then
            fail "The packages could not be fetched: there is no network, or the package index is out of reach (log: $log)."
        fi
        fail "pip could not install the packages: $(grep -E '^ERROR' "$log" | head -1) (log: $log)."
    fi
    echo "$state" >"$venv/installed-$level"
fi

PATH=$venv/bin:$PATH VIRTUAL_ENV=$venv exec "$@"
