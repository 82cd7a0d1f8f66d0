#!/usr/bin/env bash
# Make .venv from uv.lock. Called by `make setup`; wants no more than some Python 3 (3.8 or newer).
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "setup: $*" >&2; }

# A name on PATH is no proof: version managers put shims there that only print an error.
python313() {
    local candidate
    for candidate in python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python3.13 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    say "no Python 3.13 here, so uv fetches one"
    echo 3.13
}

# Outside this folder, so that .python-version does not make a version manager refuse its other Pythons.
any_python() {
    local candidate
    for candidate in python3 python "$HOME"/.pyenv/versions/3.*/bin/python3; do
        if (cd / && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 8))') 2>/dev/null; then
            (cd / && "$candidate" -c 'import sys; print(sys.executable)')
            return
        fi
    done
    say "found no Python 3.8 or newer with venv; on Debian: apt-get install python3-venv"
    return 1
}

python=$(python313)
uv=$(command -v uv || true)
if ! { [ -n "$uv" ] && "$uv" --version >/dev/null 2>&1; }; then
    uv=.local/uv/bin/uv
    if [ ! -x "$uv" ]; then
        say "installing uv into .local/uv"
        maker=$([ "$python" = 3.13 ] && any_python || echo "$python")
        "$maker" -m venv .local/uv
        .local/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
    fi
fi

# Made here instead of by `uv sync`, which would not find a Python that is not on PATH.
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
    say "making .venv"
    "$uv" venv --quiet --clear --python "$python" .venv
fi
# On a slow line the default of 30 s per file is short for the largest wheels.
UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" "$uv" sync --quiet --locked --python .venv/bin/python
say "ready: .venv ($(.venv/bin/python --version), $(.venv/bin/uv --version | cut -d' ' -f1,2))"
