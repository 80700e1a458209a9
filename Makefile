# make run    builds and serves the registry on http://127.0.0.1:8080, installing what is missing
# make test   runs all checks
# make bench  measures the server beside its peers (ONLY="reads queries hostile creates container
#             connections bulk shacl")
# make bench-shacl  measures validation beside other engines
# make fuzz-shacl   tries the laws of validation on many random cases (CASES=10000)
# make fuzz-access  asks many random questions of what agents may read (CASES=20000, SEED)

.PHONY: run test bench bench-shacl fuzz-shacl fuzz-access build

run: build
	./target/release/codesocial serve --load source --load demo

build:
	@sh .ci/setup
	cargo build --release --locked -p codesocial-server

test:
	@sh .ci/test

bench: build
	@python3 tests/bench

bench-shacl: build
	@ONLY=shacl python3 tests/bench

fuzz-shacl:
	PROPTEST_CASES=$${CASES:-10000} cargo test --release --locked -p codesocial-tests --test shacl

fuzz-access: build
	CASES=$${CASES:-20000} cargo test --release --locked -p codesocial-tests --test access
