#!/bin/sh
# Writes cases, always the same, and compares our reports on them with those of other engines.
set -eu

cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
python=$target/engines/bin/python
cases=$target/cases
if ! [ -x "$target/engines/bin/pyshacl" ]; then
    python3 -m venv "$target/engines"
    "$python" -m pip install --quiet --disable-pip-version-check \
        pyshacl==0.40.1 pyshacl-turbo==0.6.5
fi
rm -rf "$cases"
CODESOCIAL_CASES=$cases cargo test --release --locked --quiet -p codesocial-tests --test shacl \
    -- --ignored --exact written::cases_are_written
exec "$python" tests/shacl/engines.py "$cases"
