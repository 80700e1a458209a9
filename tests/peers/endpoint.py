"""Asks the endpoint of a registry by SPARQLWrapper, and reads and writes through it by rdflib. Any
surprise ends it with 1."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.error import HTTPError

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, GET, JSON, N3, POST, POSTDIRECTLY, RDFXML, TSV, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

PROGRAM = Path(sys.argv[1]) / "codesocial"
BASE = "http://registre.example/"
TOKEN = "the-token-of-the-peers"
PAIR = "http://virtual-assembly.org/ontologies/pair#"
COUNT = f"SELECT (COUNT(?o) AS ?n) {{ ?o a <{PAIR}Organization> }}"
ORGANIZATIONS = 39


def asked(endpoint, query, form=JSON, method=GET, requested=None):
    """What SPARQLWrapper makes of the answer to a query."""
    wrapper = SPARQLWrapper(endpoint, returnFormat=form)
    wrapper.setQuery(query)
    wrapper.setMethod(method)
    if requested:
        wrapper.setRequestMethod(requested)
    return wrapper.query().convert()


def wrapped(endpoint):
    """Each way to ask and each form of answer that SPARQLWrapper has."""
    for method, requested in [(GET, None), (POST, None), (POST, POSTDIRECTLY)]:
        rows = asked(endpoint, COUNT, JSON, method, requested)["results"]["bindings"]
        assert rows[0]["n"]["value"] == str(ORGANIZATIONS), rows
    assert str(ORGANIZATIONS) in asked(endpoint, COUNT, XML).toxml()
    assert asked(endpoint, COUNT, CSV).split() == [b"n", str(ORGANIZATIONS).encode()]
    assert asked(endpoint, COUNT, TSV).split() == [b"?n", str(ORGANIZATIONS).encode()]
    assert asked(endpoint, "ASK { ?s ?p 'no such text' }") == {"head": {}, "boolean": False}
    construct = f"CONSTRUCT {{ ?o <{PAIR}label> ?l }} WHERE {{ ?o a <{PAIR}Organization> ; <{PAIR}label> ?l }}"
    assert len(asked(endpoint, construct, RDFXML)) == ORGANIZATIONS
    assert len(Graph().parse(data=asked(endpoint, construct, N3), format="n3")) == ORGANIZATIONS
    assert len(asked(endpoint, f"DESCRIBE <{BASE}organizations/wemob>", RDFXML)) > 5
    try:
        asked(endpoint, "SELECT * { ?s ?p")
        raise AssertionError("a query that is none was answered")
    except QueryBadFormed as error:
        assert "error at" in str(error), error
    print("  SPARQLWrapper: three ways to ask, six forms of answers, a refusal that says where")


def read(endpoint):
    """The registry as one graph of rdflib's."""
    graph = Graph(SPARQLStore(endpoint))
    wemob = URIRef(f"{BASE}organizations/wemob")
    assert graph.value(wemob, URIRef(f"{PAIR}label")) == Literal("WeMob")
    rows = graph.query("SELECT ?o { ?o a pair:Organization } LIMIT 5", initNs={"pair": PAIR})
    assert len(list(rows)) == 5
    assert (wemob, URIRef(f"{PAIR}label"), Literal("no such name")) not in graph
    print("  rdflib: reads by patterns, by queries and by questions")


def written(endpoint):
    """A document that rdflib makes and changes, with a token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    # A change is sent as a whole: a document that holds nothing would be gone.
    store = SPARQLUpdateStore(endpoint, endpoint, headers=headers, autocommit=False)
    note = URIRef(f"{BASE}sandbox/rdflib")
    graph = Graph(store, identifier=note)
    titles = lambda: list(graph.objects(note, DCTERMS.title))
    graph.add((note, DCTERMS.title, Literal("Une note")))
    graph.commit()
    assert titles() == [Literal("Une note")], titles()
    graph.set((note, DCTERMS.title, Literal("La note")))
    graph.commit()
    assert titles() == [Literal("La note")], titles()
    graph.update("DELETE { ?s ?p ?o } INSERT { ?s ?p 'Rien' } WHERE { ?s ?p ?o }")
    graph.commit()
    assert titles() == [Literal("Rien")], titles()
    stranger = Graph(SPARQLUpdateStore(endpoint, endpoint, autocommit=True), identifier=note)
    try:
        stranger.add((note, DCTERMS.title, Literal("À moi")))
    except HTTPError as error:
        assert error.code == 401, error
    else:
        raise AssertionError("a stranger wrote")
    assert titles() == [Literal("Rien")], titles()
    print("  rdflib: adds, sets and updates with a token, and is refused without")


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [PROGRAM, "serve", "--data", "data", "--base", BASE, "--listen", "127.0.0.1:0"]
            + ["--load", "source"],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"RUST_LOG": "warn", "CODESOCIAL_ADMIN_TOKEN": TOKEN},
        )
        try:
            told = (line.removeprefix("listening on ") for line in server.stdout if "listening" in line)
            endpoint = next(told).strip() + "/sparql"
            print("the endpoint:")
            wrapped(endpoint)
            read(endpoint)
            written(endpoint)
        finally:
            server.terminate()
            server.wait()


main()
