"""`make bench`: what the server does beside its peers, as ratios, in one run.

Peers are installed under target/bench: Oxigraph's wheel, Community Solid Server from npm; nginx and
wrk come from Debian. `make bench ONLY="queries reads"` chooses parts of: reads queries hostile
creates container connections bulk shacl; `make bench-shacl` is the last of them.
"""

import os
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

import connections
import container
import creates
import hostile
import queries
import reads
import registry
import servers
import sizes
import validation
from table import Table

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).resolve().parents[2] / "target"))
FOLDER = TARGET / "bench"
PROGRAM = TARGET / "release/codesocial"
PARTS = ["reads", "queries", "hostile", "creates", "container", "connections", "bulk", "shacl"]
ROUNDS_MIN, ROUNDS_MAX, CLASS_SECONDS_MAX = 9, 60, 6


def main():
    chosen = os.environ.get("ONLY", "").split() or PARTS
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        sys.exit(f"no such part: {unknown[0]}; there are {' '.join(PARTS)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    table = Table()
    if "reads" in chosen:
        reads.measure(table, PROGRAM, FOLDER)
    if "queries" in chosen:
        for share in (0.1, 1):
            query(table, share)
    if "hostile" in chosen:
        hostile.measure(table, PROGRAM, FOLDER)
    if "creates" in chosen:
        creates.measure(table, PROGRAM, oxigraph(), FOLDER)
    if "container" in chosen:
        container.measure(table, PROGRAM, FOLDER)
    if "connections" in chosen:
        connections.measure(table, PROGRAM, FOLDER)
    if "bulk" in chosen:
        sizes.measure(table, PROGRAM, oxigraph(), FOLDER)
    if "shacl" in chosen:
        validation.measure(table, PROGRAM, FOLDER)
    print(f"\ntargets missed: {', '.join(table.unmet) or 'none'}")


def oxigraph():
    """Oxigraph's command, from its wheel on PyPI, in an environment of its own."""
    folder = FOLDER / "venv"
    if not (folder / "bin/oxigraph").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "oxigraph==0.5.13"], check=True)
    return folder / "bin/oxigraph"


def written(share):
    """The data as a file, and how many triples it has."""
    data = FOLDER / f"registry-{share}.nt"
    with open(data, "w", encoding="utf-8") as file:
        count = sum(1 for line in registry.triples(share) if file.write(line))
    return data, count


def query(table, share):
    data, count = written(share)
    started = []
    try:
        ours, installed = servers.loaded(PROGRAM, FOLDER / "ours", data)
        started.append(ours)
        peer = servers.oxigraph(oxigraph(), FOLDER / "peer", data, installed)
        started.append(peer)
        table.head(f"SPARQL, {count:,} triples, ms (peer: {peer.version})")
        ratios = []
        for name, text, values in queries.CLASSES:
            mine, theirs = measured(name, queries.texts(text, values), ours, peer)
            ratios.append(table.row(name, mine, theirs, 1.2, at_least=False))
        table.figure("median of ratios", statistics.median(ratios), 0.7)
    finally:
        for server in started:
            server.stop()


def measured(name, texts, ours, peer):
    """Both in turn, after each has answered every text once."""
    for text in texts:
        alike(name, ours.timed(text, accept(text))[0], peer.timed(text, accept(text))[0])
    times, deadline = [], time.monotonic() + CLASS_SECONDS_MAX
    while len(times) < ROUNDS_MIN or len(times) < ROUNDS_MAX and time.monotonic() < deadline:
        text = texts[len(times) % len(texts)]
        mine, theirs = (server.timed(text, accept(text))[1] for server in (ours, peer))
        times.append((mine, theirs))
    return map(statistics.median, zip(*times))


def accept(text):
    graph = any(line.startswith(("DESCRIBE", "CONSTRUCT")) for line in text.splitlines())
    return "application/n-triples" if graph else "application/sparql-results+json"


def alike(name, mine, theirs):
    """Ends the run unless two answers have as many rows and the same counts."""
    found = [queries.said(body) for body in (mine, theirs)]
    if found[0] != found[1]:
        sys.exit(f"{name}: {found[0]} here, {found[1]} there")


main()
