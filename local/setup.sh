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
# uv checks the hashes of all that follows, so it is the locked one: found on PATH, or fetched by its own hash.
wanted=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' local/uv.txt)
is_wanted() { [ "$("$1" --version 2>/dev/null | cut -d' ' -f2)" = "$wanted" ]; }
uv=$(command -v uv || true)
if [ -z "$uv" ] || ! is_wanted "$uv"; then
    uv=.local/uv/bin/uv
    if ! is_wanted "$uv"; then
        say "installing uv $wanted into .local/uv"
        maker=$([ "$python" = 3.13 ] && any_python || echo "$python")
        "$maker" -m venv --clear .local/uv
        .local/uv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            --require-hashes --requirement local/uv.txt
    fi
fi

# Made here instead of by `uv sync`, which would not find a Python that is not on PATH.
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
    say "making .venv"
    "$uv" venv --quiet --clear --python "$python" .venv
fi
# On a slow line the default of 30 s per file is short for the largest wheels.
UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" "$uv" sync --quiet --locked --python .venv/bin/python
# Nothing of ours is built, for which a tool would be fetched that no hash speaks for: our rooms are put on the path as they are.
rooms=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$PWD" "$PWD/layers/core" >"$rooms/cartback.pth"
printf '%s\n' "#!$PWD/.venv/bin/python" "from cli.cartback import run" "" "run()" >.venv/bin/cartback
chmod +x .venv/bin/cartback
say "ready: .venv ($(.venv/bin/python --version), $(.venv/bin/uv --version | cut -d' ' -f1,2))"
