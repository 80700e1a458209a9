"""The data that validation is measured on: a commons of organisations and what they do, in about
190 triples for each, as many as asked for. Two in a thousand values break a rule of shapes.ttl.

The same bytes at every run, as the random source has a fixed seed.
"""

from random import Random

BASE = "http://commons.example/"
TOPICS, ACHIEVEMENTS = 64, 200
PERSONS, HOLDERS, SEEDS, CELLS = 6, 3, 4, 6
FAULTS = 0.002

PREFIXES = {
    "": BASE + "ontology#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
CLASSES = {
    "Organization": "Agent",
    "Person": "Agent",
    "Cooperative": "Organization",
    "Association": "Organization",
    "Municipality": "Organization",
    "Seed": "Work",
    "Story": "Seed",
}
FORMS = "SCIC SCOP association commune".split()
MODELS = "art economy ecology people technology law".split()
WEALTH = "mentoring skill funding time place data".split()


def iri(prefixed):
    prefix, name = prefixed.split(":")
    return f"<{PREFIXES[prefix]}{name}>"


def resource(path):
    return f"<{BASE}{path}>"


def literal(value, datatype=None, language=None):
    if language:
        return f'"{value}"@{language}'
    return f'"{value}"^^{iri(datatype)}' if datatype else f'"{value}"'


def both(french, english):
    return literal(french, language="fr"), literal(english, language="en")


class Draw(Random):
    """What is drawn at random."""

    def either(self, right, wrong):
        return wrong if self.random() < FAULTS else right

    def topic(self):
        return resource(f"topics/{int(TOPICS * self.random() ** 2)}")


def vocabulary():
    for name, above in CLASSES.items():
        yield iri(f":{name}"), [("rdfs:subClassOf", iri(f":{above}"))]
    for n in range(TOPICS):
        labels = [("skos:prefLabel", label) for label in both(f"Thème {n}", f"Topic {n}")]
        above = [("skos:broader", resource(f"topics/{n // 8}"))] if n >= 8 else []
        yield resource(f"topics/{n}"), [("rdf:type", iri("skos:Concept")), *labels, *above]
    labels = [("skos:prefLabel", label) for label in both("Thème sans usage", "Unused topic")]
    yield resource("topics/none"), [("rdf:type", iri("skos:Concept")), *labels]
    for n in range(ACHIEVEMENTS):
        level = literal(1 + n % 5, "xsd:integer")
        described = [("rdf:type", iri(":Achievement")), (":level", level)]
        yield resource(f"achievements/{n}"), described


def organization(draw, n):
    own = f"organizations/{n}"
    address = resource(own + "#address")
    french, english = both(f"Organisation {n}", f"Organization {n}")
    described = [
        ("rdf:type", iri(":" + draw.choice(list(CLASSES)[2:5]))),
        (":name", french),
        (":name", draw.either(english, literal(f"Encore {n}", language="fr"))),
        (":siren", literal(draw.either(f"{n:09}", "A12"))),
        (":mail", draw.either(f"<mailto:contact@organisation-{n}.example>", literal("contact"))),
        (":founded", draw.either(literal(f"19{n % 90 + 10}-05-12", "xsd:date"), literal("hier"))),
        (":legalForm", literal(draw.either(draw.choice(FORMS), "LTD"))),
        (":topic", draw.topic()),
        (":purpose", literal(f"Raison d'être {n}, " * 3, language="fr")),
        (":status", literal(draw.choice(["draft", "published"]))),
        (":address", address),
        *((":steward", resource(f"persons/{n}-{k}")) for k in range(draw.either(HOLDERS, 0))),
    ]
    if n % 3 == 2:
        above = draw.randrange(max(0, n - 200), n)
        described.append((":partOf", resource(f"organizations/{above}")))
    yield resource(own), described
    yield address, [
        ("rdf:type", iri(":Address")),
        (":postalCode", literal(draw.either(f"{n % 95_000 + 1_000:05}", "75"))),
        (":city", literal(f"Ville {n % 500}")),
        (":lat", literal(f"{42 + n % 8}.25", "xsd:decimal")),
        (":long", literal(f"{n % 11 - 4}.5", "xsd:decimal")),
    ]


def person(draw, n, k):
    described = [
        ("rdf:type", iri(":Person")),
        (":name", literal(f"Prénom Nom {n}-{k}")),
        ("foaf:mbox", f"<mailto:p{n}.{k}@commons.example>"),
        (":memberOf", resource(draw.either(f"organizations/{n}", f"nowhere/{n}"))),
        (":birthYear", literal(draw.either(1950 + (n + k) % 55, 1850), "xsd:integer")),
        (":language", literal(draw.choice(["fr", "en"]))),
        (":skill", draw.topic()),
        (":joined", literal(f"20{n % 25:02}-01-01", "xsd:date")),
        (":left", literal(draw.either("2026-01-01", "1999-01-01"), "xsd:date")),
        (":about", literal(f"Biographie de {n}-{k}", language="fr")),
    ]
    if n and draw.random() < 0.5:
        known = f"persons/{draw.randrange(max(0, n - 50), n)}-{draw.randrange(PERSONS)}"
        described.append(("foaf:knows", resource(known)))
    return described


def credential(draw, n, k):
    achievement = resource(f"achievements/{draw.randrange(ACHIEVEMENTS)}")
    described = [
        ("rdf:type", iri(":Credential")),
        (":achievement", draw.either(achievement, draw.topic())),
        (":recipient", resource(f"persons/{n}-{k}")),
        (":issuer", resource(f"organizations/{n}")),
        (":issued", literal(f"2025-05-0{n % 9 + 1}T10:00:00Z", "xsd:dateTime")),
        (":score", literal(draw.either(draw.randrange(101), 142), "xsd:integer")),
        (":evidence", f"<https://evidence.example/{n}>"),
    ]
    return described + draw.either([], [(":undeclared", literal("x"))])


def seed(draw, n, k):
    modified = draw.either(f"2025-02-{n % 28 + 1:02}T08:00:00Z", "2020-01-01T00:00:00Z")
    described = [
        ("rdf:type", iri(":" + draw.choice(["Seed", "Story"]))),
        ("dct:title", literal(f"Graine {n}-{k}", language="fr")),
        ("dct:creator", resource(f"persons/{n}-{draw.randrange(PERSONS)}")),
        (":describes", resource(f"organizations/{n}")),
        (":model", literal(draw.either(draw.choice(MODELS), "magic"))),
        ("dct:license", "<https://creativecommons.org/licenses/by-sa/4.0/>"),
        ("dct:created", literal(f"2025-01-{n % 28 + 1:02}T08:00:00Z", "xsd:dateTime")),
        ("dct:modified", literal(modified, "xsd:dateTime")),
        (":version", literal(f"{n % 4}.{k}.0")),
        ("dct:subject", draw.topic()),
        (":body", literal("Texte de la graine. " * 6, language="fr")),
    ]
    if n and draw.random() < 0.3:
        earlier = f"seeds/{draw.randrange(max(0, n - 25), n)}-{draw.randrange(SEEDS)}"
        described.append((":derivedFrom", resource(earlier)))
    return described


def matrix(draw, n):
    own = f"matrices/{n}"
    cells = [resource(f"{own}#{kind}") for kind in WEALTH]
    head = [("rdf:type", iri(":Matrix")), (":owner", resource(f"organizations/{n}"))]
    yield resource(own), head + [(":cell", cell) for cell in cells]
    for cell, kind in zip(cells, WEALTH):
        yield cell, [
            ("rdf:type", iri(":Cell")),
            (":wealth", literal(kind)),
            (":direction", literal(draw.either(draw.choice(["offer", "need"]), "both"))),
            (":amount", literal(f"{draw.uniform(0, 100):.2f}", "xsd:decimal")),
            (":ofMatrix", resource(own)),
        ]


def resources(organizations):
    draw = Draw(2026)
    yield from vocabulary()
    for n in range(organizations):
        yield from organization(draw, n)
        for k in range(PERSONS):
            yield resource(f"persons/{n}-{k}"), person(draw, n, k)
        for k in range(HOLDERS):
            yield resource(f"credentials/{n}-{k}"), credential(draw, n, k)
        for k in range(SEEDS):
            yield resource(f"seeds/{n}-{k}"), seed(draw, n, k)
        yield from matrix(draw, n)


def write(path, triples_min):
    """Writes organisations as N-Triples until there are so many triples; returns how many."""
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for subject, described in resources(triples_min // 150):
            for predicate, value in described:
                file.write(f"{subject} {iri(predicate)} {value} .\n")
            count += len(described)
            if count >= triples_min and subject.endswith("#data>"):
                break
    return count
