"""Validation beside other engines: CPU seconds of a whole graph without the reading, and what one
edit costs as the graph grows."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import commons

HERE = Path(__file__).resolve().parent
SHAPES = Path(os.environ.get("SHAPES", HERE / "shapes.ttl"))
ENGINES = ["shacl==0.3.4", "shacl-rust==0.2.12", "pyshacl==0.40.1"]
ROUNDS = 3
NOTHING = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<urn:x> a sh:NodeShape ; sh:targetNode <urn:nobody> ; sh:nodeKind sh:IRI .
"""


def measure(table, program, folder):
    nothing = folder / "nothing.ttl"
    nothing.write_text(NOTHING)
    python = engines(folder)
    for size, peers in [(10**5, {"shacl": 1.0, "shacl_rust": 0.5, "pyshacl": 0.05}),
                        (10**6, {"shacl": 1.0, "shacl_rust": 0.5})]:
        data = folder / f"commons-{size}.nt"
        triples = commons.write(data, size)
        mine, results, resident = own(program, nothing, data)
        table.head(f"validation, {triples:,} triples, {results} results, CPU seconds")
        for engine, target in peers.items():
            theirs = peer(python, engine, nothing, data)
            if theirs["results"] != results:
                sys.exit(f"{engine} finds {theirs['results']} results, and we {results}")
            table.row(engine, mine, theirs["cpu"], target, at_least=False)
        table.figure("resident, MiB", resident, 250 if size == 10**6 else None)
    edits(table, python, folder)


def engines(folder):
    """An interpreter that has the engines."""
    place = folder / "engines"
    if not (place / "bin/pyshacl").exists():
        venv.create(place, with_pip=True)
        subprocess.run([place / "bin/pip", "install", "--quiet", *ENGINES], check=True)
    return place / "bin/python"


def own(program, nothing, data):
    """CPU seconds without the reading, how many results, and the memory at its peak."""
    spent = {nothing: [], SHAPES: []}
    for _ in range(ROUNDS):
        for shapes, times in spent.items():
            command = [program, "validate", "--format", "turtle"]
            process = subprocess.Popen(
                [*command, "--shapes", shapes, "--data", data], stdout=subprocess.PIPE)
            told = process.stdout.read()
            _, _, usage = os.wait4(process.pid, 0)
            times.append(usage.ru_utime + usage.ru_stime)
    reading, everything = map(min, spent.values())
    return everything - reading, told.count(b"a sh:ValidationResult"), usage.ru_maxrss // 1024


def peer(python, engine, nothing, data):
    command = [python, HERE / "engines.py", engine, SHAPES, nothing, data]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def edits(table, python, folder):
    """One edit in graphs of growing size: look-ups must stay, and time nearly so."""
    sizes = {size: folder / f"commons-{size}.nt" for size in (10**4, 10**5, 10**6, 10**7)}
    triples = {commons.write(data, size): size for size, data in sizes.items()}
    command = ["cargo", "run", "--release", "--quiet", "-p", "codesocial-tests", "--example"]
    arguments = ["edits", "--", SHAPES, *sizes.values()]
    told = subprocess.run([*command, *arguments], check=True, stdout=subprocess.PIPE).stdout
    rows = [json.loads(line) for line in told.splitlines()]
    print(f"\nan edit, µs of 200{'':17}{'triples':>11}{'look-ups':>9}{'focus':>7}{'p50':>8}{'p99':>8}")
    for row in rows:
        print(f"{row['edit']:34}{row['triples']:11,}{row['look_ups']:9}{row['focus_nodes']:7}"
              f"{row['p50']:8}{row['p99']:8}")
    p50 = {(row["edit"], triples[row["triples"]]): row["p50"] for row in rows}
    looked = {(row["edit"], triples[row["triples"]]): row["look_ups"] for row in rows}
    table.head("an edit in 10^7 triples (peer: the same in 10^4), µs")
    for name in dict.fromkeys(row["edit"] for row in rows):
        table.row(name, p50[name, 10**7], p50[name, 10**4], 3, at_least=False)
        table.row(f"{name}, look-ups", looked[name, 10**7], looked[name, 10**4], 1, at_least=False)
    table.head("an edit, µs")
    hub, leaf = (p50[f"{kind} concept", 10**7] for kind in ("hub", "leaf"))
    table.row("name of a hub beside a leaf", hub, leaf, 2, at_least=False)
    focus = peer(python, "pyshacl_focus", folder / "nothing.ttl", sizes[10**5])["cpu"] * 1e6
    table.row("pyshacl, focus_nodes, 10^5", p50["literal", 10**5], focus, 0.01, at_least=False)
