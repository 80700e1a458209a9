#!/bin/sh
# Signatures of RFC 9421 by a program of others, in Python: with each kind of key it signs for us,
# and it verifies what we sign.
set -eu

cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
python=$target/signatures/bin/python
if ! [ -d "$target/signatures/lib" ]; then
    python3 -m venv "$target/signatures"
    "$python" -m pip install --quiet --disable-pip-version-check http-message-signatures==3.0.0
fi
exec "$python" tests/peers/signatures.py "$target/release"
