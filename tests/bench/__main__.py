"""`make bench`: our SPARQL endpoint beside `oxigraph serve`, over HTTP, as ratios.

Both servers hold the same triples and answer the same queries in turn, one at a time, on
connections that are kept alive. A class that both do not answer alike ends the run.
"""

import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

import queries
import registry
import servers

TARGET = Path(__file__).resolve().parents[2] / "target"
FOLDER = TARGET / "bench"
ROUNDS_MIN, ROUNDS_MAX, CLASS_SECONDS_MAX = 9, 60, 8


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = FOLDER / "registry.nt"
    with open(data, "w", encoding="utf-8") as file:
        file.writelines(registry.triples())
    started = []
    try:
        start = time.monotonic()
        ours, installed = servers.codesocial(TARGET / "release/codesocial", FOLDER / "ours", data)
        started.append(ours)
        print(f"codesocial loaded in {time.monotonic() - start:.0f} s", flush=True)
        start = time.monotonic()
        peer = servers.oxigraph(peer_program(), FOLDER / "peer", data, installed)
        started.append(peer)
        print(f"oxigraph loaded in {time.monotonic() - start:.0f} s", flush=True)
        report(ours, peer)
    finally:
        for server in started:
            server.stop()


def peer_program():
    """Oxigraph's command, from its wheel on PyPI, in an environment of its own."""
    folder = FOLDER / "venv"
    if not (folder / "bin/oxigraph").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "oxigraph==0.5.13"], check=True)
    return folder / "bin/oxigraph"


def report(ours, peer):
    print(f"\n{'ms, median':18}{'rows':>7}{'rounds':>8}{ours.name:>12}{peer.name:>12}{'ratio':>8}")
    ratios = []
    for name, text, values in queries.CLASSES:
        rows, rounds, (mine, theirs) = measure(name, queries.texts(text, values), ours, peer)
        ratio = mine / theirs
        ratios.append(ratio)
        print(f"{name:18}{rows:7}{rounds:8}{mine:12.2f}{theirs:12.2f}{ratio:8.2f}", flush=True)
    print(f"\nmedian of ratios {statistics.median(ratios):.2f}, greatest {max(ratios):.2f}")
    print(f"resident MiB: {ours.name} {ours.resident_mib()}, {peer.name} {peer.resident_mib()}")


def measure(name, texts, ours, peer):
    """Both in turn, after each has answered every text once."""
    for text in texts:
        alike(name, ours.timed(text)[0], peer.timed(text)[0])
    times, deadline = [], time.monotonic() + CLASS_SECONDS_MAX
    while len(times) < ROUNDS_MIN or len(times) < ROUNDS_MAX and time.monotonic() < deadline:
        text = texts[len(times) % len(texts)]
        rows, mine = ours.timed(text)
        theirs = peer.timed(text)[1]
        times.append((mine, theirs))
    return len(rows), len(times), map(statistics.median, zip(*times))


def alike(name, mine, theirs):
    """Ends the run unless two answers have as many rows and the same counts."""
    counts = [sorted(row["n"]["value"] for row in rows if "n" in row) for rows in (mine, theirs)]
    if len(mine) != len(theirs) or counts[0] != counts[1]:
        sys.exit(f"{name}: {len(mine)} rows here, {len(theirs)} there; counts {counts}")


main()
