"""Validates one file with one engine of PyPI, and tells its CPU seconds as a line of JSON.

`engines.py ENGINE SHAPES NOTHING DATA`: NOTHING are shapes without a focus node, so that an engine
which only takes files tells what reading costs it.
"""

import json
import resource
import sys
import time

ROUNDS = 3


def least(work):
    """The least CPU time of several rounds, all threads, and the last answer."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        answer = work()
        times.append(time.process_time() - start)
    return min(times), answer


def shacl(shapes, nothing, data):
    import shacl

    compiled, empty = shacl.Shapes.from_file(shapes), shacl.Shapes.from_file(nothing)
    reading, _ = least(lambda: empty.validate_file(data))
    everything, report = least(lambda: compiled.validate_file(data))
    return everything - reading, len(report)


def shacl_rust(shapes, nothing, data):
    import shacl_rust

    def run(file):
        return shacl_rust.validate_file(data, file, experimental_index=True)

    reading, _ = least(lambda: run(nothing))
    everything, report = least(lambda: run(shapes))
    return everything - reading, len(report["results"])


def pyshacl(shapes, _, data):
    import pyshacl
    import rdflib

    graph, shapes = rdflib.Graph().parse(data, format="nt"), rdflib.Graph().parse(shapes)
    start = time.process_time()
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    spent = time.process_time() - start
    return spent, len(set(report.objects(None, rdflib.SH.result)))


def pyshacl_focus(shapes, _, data):
    import pyshacl
    import rdflib

    graph, shapes = rdflib.Graph().parse(data, format="nt"), rdflib.Graph().parse(shapes)
    focus = ["http://commons.example/persons/7-2"]

    def judge():
        return pyshacl.validate(graph, shacl_graph=shapes, inference="none", focus_nodes=focus)

    spent, (_, report, _) = least(judge)
    return spent, len(set(report.objects(None, rdflib.SH.result)))


def main():
    engine, *files = sys.argv[1:]
    spent, results = globals()[engine](*files)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"cpu": spent, "results": results, "resident": resident}))


main()
