#!/bin/sh
# A tester of others against the document of the addresses that are not resources.
#
# schemathesis reads /openapi.json of a server that is started for it, makes requests that the
# document allows and requests that it does not, as a stranger and as somebody with a token, and
# ends with 1 where one of them is answered by a fault of ours (5xx).
set -eu

cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
program=$target/release/codesocial
schemathesis=$target/schemathesis/bin/schemathesis
if ! [ -x "$schemathesis" ]; then
    python3 -m venv "$target/schemathesis"
    "$target/schemathesis/bin/python" -m pip install --quiet --disable-pip-version-check \
        schemathesis==4.32.5
fi
folder=$(mktemp -d)
cd "$folder"
printf '[accounts]\nsignup = "open"\nfronts = ["https://front.example"]\n' >codesocial.toml
mkfifo said
RUST_LOG=warn "$program" serve --data data --config codesocial.toml --listen 127.0.0.1:0 \
    --base http://registre.example/ >said &
server=$!
trap 'kill $server; wait $server || true; rm -r "$folder"' EXIT
exec 3<said
address=
while [ -z "$address" ] && read -r line <&3; do
    address=$(echo "$line" | sed -n 's/^listening on //p')
done
"$program" user add jeanne --data data >told
"$program" token add jeanne --scope read,write,control --data data >told
token=$(sed 's/.* //' told)

asked() {
    "$schemathesis" --no-color run "$address/openapi.json" --url "$address" \
        --checks not_a_server_error --phases examples,coverage,fuzzing \
        --max-examples "${EXAMPLES:-20}" --seed 1 --generation-database none --warnings off \
        --suppress-health-check all --request-timeout 30 "$@"
}
asked
asked --header "Authorization:Bearer $token"
