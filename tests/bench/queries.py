"""The fifteen classes of queries. Where a class takes a parameter, rounds go through its values, so
that no answer can come from a cache of the last one."""

import json

from registry import BASE, PREFIXES

HEAD = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
TOWNS = ["Lyon", "Nantes", "Lille", "Rennes", "Paris", "Marseille", "Toulouse"]

# Name, text, and the values that take the place of % in it.
CLASSES = [
    ("ASK {}", "ASK {}", []),
    ("DESCRIBE", "DESCRIBE <BASE/projects/%>", range(900, 9_900, 1_000)),
    (
        "CONSTRUCT one",
        "CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?s { <BASE/projects/%> } ?s ?p ?o }",
        range(900, 9_900, 1_000),
    ),
    (
        "star join",
        """SELECT ?person ?label ?mbox ?org WHERE { ?person a :Contributor ; pair:city "%" ;
        pair:hasSkill <BASE/skills/30> ; pair:label ?label ; foaf:mbox_sha1sum ?mbox ;
        pair:affiliatedTo ?org }""",
        TOWNS,
    ),
    (
        "two hops",
        """SELECT DISTINCT ?project ?label WHERE { ?person pair:affiliatedTo <BASE/organisations/%> ;
        pair:involvedIn ?project . ?project pair:label ?label }""",
        range(900, 2_000, 100),
    ),
    (
        "path upward",
        "SELECT ?org WHERE { <BASE/organisations/%> pair:partOf+ ?org }",
        range(900, 9_900, 1_000),
    ),
    (
        "OPTIONAL page",
        """SELECT ?org ?label ?nick ?page WHERE { ?org a pair:Organization ; pair:label ?label .
        OPTIONAL { ?org pair:nickName ?nick } OPTIONAL { ?org foaf:homepage ?page }
        FILTER NOT EXISTS { ?org pair:partOf <BASE/organisations/%> } } LIMIT 50""",
        range(7),
    ),
    (
        "ORDER BY page",
        """SELECT ?project ?label ?date WHERE { ?project a pair:Project ; pair:label ?label ;
        dct:created ?date } ORDER BY DESC(?date) LIMIT 20 OFFSET %""",
        range(0, 200, 20),
    ),
    (
        "path downward",
        """SELECT (COUNT(DISTINCT ?project) AS ?n) WHERE { ?project a pair:Project ;
        pair:hasTopic/skos:broader* <BASE/topics/%> }""",
        range(1, 40, 3),
    ),
    (
        "regex",
        """SELECT ?s ?label WHERE { ?s pair:label ?label
        FILTER(regex(str(?label), "%", "i")) } LIMIT 20""",
        ["jardin zz", "vélo.*soleil", "forêt 77", "coopérative.*abeille"],
    ),
    (
        "COUNT by topic",
        """SELECT ?topic (COUNT(?project) AS ?n) WHERE { ?project a pair:Project ;
        pair:hasTopic ?topic } GROUP BY ?topic ORDER BY DESC(?n) LIMIT 20""",
        [],
    ),
    (
        "SUM over a join",
        """SELECT ?status (SUM(?budget) AS ?total) (COUNT(*) AS ?n) WHERE { ?project :budget ?budget ;
        pair:hasStatus ?status ; pair:managedBy ?org . ?org pair:city "%" } GROUP BY ?status""",
        TOWNS,
    ),
    ("COUNT by class", "SELECT ?class (COUNT(?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class", []),
    ("COUNT of all", "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", []),
    ("stream of labels", "SELECT ?s ?label WHERE { ?s pair:label ?label }", []),
]


def texts(text, values):
    """The queries of a class, one for each value."""
    text = HEAD + text.replace("BASE/", BASE)
    return [text.replace("%", str(value)) for value in values] or [text]


def said(body):
    """What two answers must agree on: how many rows or triples, and the counts in them."""
    if not body.startswith(b"{"):
        return len(set(body.splitlines()))
    answer = json.loads(body)
    if "boolean" in answer:
        return answer["boolean"]
    rows = answer["results"]["bindings"]
    return len(rows), sorted(row["n"]["value"] for row in rows if "n" in row)
