"""Compares our reports with those of pySHACL and pyshacl-turbo, case by case.

`engines.py FOLDER`: the folder holds `NNN-shapes.nt`, `NNN-data.nt` and our `NNN-report.nt`. Two
reports are alike where they have the same results: focus node, path, component, value, severity.
"""

import sys
from collections import Counter
from pathlib import Path

import pyshacl
import pyshacl_turbo
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.collection import Collection


def main():
    folder = Path(sys.argv[1])
    wrong = 0
    cases = sorted(folder.glob("*-shapes.nt"))
    for file in cases:
        name = file.name.removesuffix("-shapes.nt")
        shapes, data, ours = (Graph().parse(folder / f"{name}-{part}.nt")
                              for part in ("shapes", "data", "report"))
        for engine in (pyshacl, pyshacl_turbo):
            _, theirs, _ = engine.validate(data, shacl_graph=shapes, inference="none")
            here, there = results(ours), results(theirs)
            if here != there:
                wrong += 1
                print(f"case {name}, {engine.__name__}: only ours {here - there},"
                      f" only theirs {there - here}")
    if not cases or wrong:
        sys.exit(f"{wrong} reports differ, of {len(cases)} cases")
    print(f"{len(cases)} cases: {pyshacl.__name__} {pyshacl.__version__} and"
          f" {pyshacl_turbo.__name__} {pyshacl_turbo.__version__} report what we do")


def results(graph):
    """The results of a report, each as often as it stands there."""
    told = [result for report in graph.subjects(RDF.type, SH.ValidationReport)
            for result in graph.objects(report, SH.result)]
    return Counter(
        tuple(term(graph, result, part) for part in
              (SH.focusNode, SH.resultPath, SH.sourceConstraintComponent, SH.value,
               SH.resultSeverity))
        for result in told)


def term(graph, result, part):
    node = graph.value(result, part)
    return path(graph, node) if part == SH.resultPath else node if node is None else node.n3()


def path(graph, node):
    if node is None or isinstance(node, URIRef):
        return node
    if (node, RDF.first, None) in graph:
        return tuple(path(graph, step) for step in Collection(graph, node))
    kinds = (SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath,
             SH.zeroOrOnePath)
    return next((kind, path(graph, graph.value(node, kind)))
                for kind in kinds if isinstance(graph.value(node, kind), (URIRef, BNode)))


main()
