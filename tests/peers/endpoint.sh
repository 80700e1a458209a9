#!/bin/sh
# The endpoint asked, read and written by programs of others in Python: SPARQLWrapper and rdflib.
set -eu

cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
python=$target/endpoint/bin/python
if ! [ -d "$target/endpoint/lib" ]; then
    python3 -m venv "$target/endpoint"
    "$python" -m pip install --quiet --disable-pip-version-check \
        SPARQLWrapper==2.0.0 rdflib==7.6.0
fi
exec "$python" tests/peers/endpoint.py "$target/release"
