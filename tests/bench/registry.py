"""The data that is measured on: a registry of 50,900 resources in 970,226 triples.

The same bytes at every run, as the random source has a fixed seed. References are skewed, as in
life: the first topics, towns and organisations are named far more often than the last.
"""

from random import Random

BASE = "http://registry.example/"
ORGANISATIONS, PERSONS, PROJECTS, BADGES = 10_000, 20_000, 10_000, 10_000
TOPICS, SKILLS, ACHIEVEMENTS = 400, 300, 200

PREFIXES = {
    "": BASE + "ontology#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "ob": "https://w3id.org/openbadges#",
    "pair": "http://virtual-assembly.org/ontologies/pair#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

WORDS = """accueil agriculture apprendre artisan atelier bien-commun chantier coopération culture
débat don eau échange école écoute énergie entraide fabrique forêt forum graine habitat histoire
jardin lien local logement marché mémoire mobilité monnaie musique nature partage paysan pédagogie
projet quartier rencontre résilience rural santé savoir semence soin soleil sol terre théâtre
territoire tiers-lieu transition vélo verger village ville vivant""".split()

TOWNS = """Lyon Nantes Lille Rennes Paris Marseille Toulouse Bordeaux Grenoble Brest Metz Tours
Dijon Angers Die Crest Redon Mareuil""".split() + [f"Commune {n}" for n in range(180)]

FIRST_NAMES = "Anne Benoît Camille Denis Élise Farid Gaëlle Hugo Inès Jean Karim Léa".split()
LAST_NAMES = "Arnaud Bonnet Colin Dumont Estève Faure Gallet Henry Imbert Joly Klein".split()


def iri(prefixed):
    prefix, name = prefixed.split(":")
    return f"<{PREFIXES[prefix]}{name}>"


def resource(kind, number):
    return f"<{BASE}{kind}/{number}>"


def literal(value, datatype=None, language=None):
    if language:
        return f'"{value}"@{language}'
    return f'"{value}"^^{iri(datatype)}' if datatype else f'"{value}"'


class Draw(Random):
    """What is drawn at random."""

    def skewed(self, count):
        return int(count * self.random() ** 2.5)

    def text(self, words):
        return literal(" ".join(self.choices(WORDS, k=words)).capitalize(), language="fr")

    def date(self):
        year, month, day = self.randint(2015, 2026), self.randint(1, 12), self.randint(1, 28)
        return f"{year}-{month:02}-{day:02}"

    def time(self):
        hour, minute, second = self.randrange(24), self.randrange(60), self.randrange(60)
        return literal(f"{self.date()}T{hour:02}:{minute:02}:{second:02}Z", "xsd:dateTime")

    def several(self, predicate, kind, count, times):
        """Up to so many distinct references."""
        numbers = sorted({self.skewed(count) for _ in range(times)})
        return [(predicate, resource(kind, number)) for number in numbers]

    def common(self, kind, label):
        return [
            ("rdf:type", iri(kind)),
            ("pair:label", literal(label, language="fr")),
            ("dct:created", self.time()),
            ("dct:modified", self.time()),
            ("dct:creator", resource("persons", self.randrange(PERSONS))),
        ]


def topic(draw, n):
    label = literal(f"Thème {draw.choice(WORDS)} {n}", language="fr")
    described = [("rdf:type", iri("skos:Concept")), ("skos:prefLabel", label)]
    if n:
        described.append(("skos:broader", resource("topics", (n - 1) // 6)))
    return described


def skill(draw, n):
    label = literal(f"Compétence {draw.choice(WORDS)} {n}", language="fr")
    return [("rdf:type", iri("pair:Skill")), ("pair:label", label)]


def achievement(draw, n):
    label = literal(f"Badge {draw.choice(WORDS)} {n}", language="fr")
    return [("rdf:type", iri("ob:Achievement")), ("pair:label", label)]


def organisation(draw, n):
    label = f"{draw.choice(['Association', 'Coopérative', 'Collectif'])} {draw.choice(WORDS)} {n}"
    described = [
        *draw.common("pair:Organization", label),
        ("pair:comment", draw.text(10)),
        ("pair:description", draw.text(60)),
        ("pair:city", literal(TOWNS[draw.skewed(len(TOWNS))])),
        ("pair:postalCode", literal(f"{draw.randint(1000, 95999):05}")),
        ("foaf:homepage", f"<https://organisation-{n}.example/>"),
        ("geo:lat", literal(f"{draw.uniform(42, 51):.5f}", "xsd:decimal")),
        ("geo:long", literal(f"{draw.uniform(-4, 8):.5f}", "xsd:decimal")),
        ("dct:license", "<https://opendatacommons.org/licenses/odbl/1-0/>"),
        *draw.several("pair:hasTopic", "topics", TOPICS, 3),
        *draw.several("pair:partnerOf", "organisations", ORGANISATIONS, 2),
    ]
    if n:
        described.append(("pair:partOf", resource("organisations", (n - 1) // 5)))
    return described


def person(draw, n):
    first, last = draw.choice(FIRST_NAMES), draw.choice(LAST_NAMES)
    return [
        *draw.common(":Contributor", f"{first} {last} {n}"),
        ("pair:firstName", literal(first)),
        ("pair:lastName", literal(last)),
        ("pair:city", literal(TOWNS[draw.skewed(len(TOWNS))])),
        ("pair:comment", draw.text(12)),
        ("foaf:mbox_sha1sum", literal(f"{draw.getrandbits(160):040x}")),
        ("foaf:img", f"<https://images.example/{n}.jpg>"),
        *draw.several("pair:affiliatedTo", "organisations", ORGANISATIONS, draw.randint(1, 2)),
        *draw.several("pair:hasSkill", "skills", SKILLS, 3),
        *draw.several("pair:involvedIn", "projects", PROJECTS, 2),
        *draw.several("pair:hasTopic", "topics", TOPICS, 2),
    ]


def project(draw, n):
    facets = "arts economy ecology people technology law".split()
    return [
        *draw.common("pair:Project", f"Projet {draw.choice(WORDS)} {n}"),
        ("pair:description", draw.text(60)),
        ("pair:aims", draw.text(15)),
        ("pair:managedBy", resource("organisations", draw.skewed(ORGANISATIONS))),
        ("pair:startDate", literal(draw.date(), "xsd:date")),
        ("pair:hasStatus", iri(":" + draw.choice(["Idea", "Trial", "Client", "Mature"]))),
        (":budget", literal(f"{draw.randint(1_000, 500_000)}.00", "xsd:decimal")),
        *((f":{facet}", draw.text(20)) for facet in facets),
        *draw.several("pair:hasTopic", "topics", TOPICS, 3),
    ]


def badge(draw, n):
    issuer = resource("organisations", draw.skewed(ORGANISATIONS))
    return [
        *draw.common("pair:Badge", f"Badge décerné {n}"),
        ("rdf:type", iri("ob:AchievementCredential")),
        ("ob:recipient", resource("persons", draw.skewed(PERSONS))),
        ("ob:achievement", resource("achievements", draw.skewed(ACHIEVEMENTS))),
        ("ob:evidence", resource("projects", draw.skewed(PROJECTS))),
        ("ob:issuer", issuer),
        ("ob:verificationMethod", issuer[:-1] + "#key>"),
        ("ob:validFrom", draw.time()),
        ("ob:narrative", draw.text(25)),
        ("ob:identityHash", literal(f"sha256${draw.getrandbits(256):064x}")),
        ("ob:proofValue", literal(f"z{draw.getrandbits(480):0120x}")),
        ("ob:proofPurpose", literal("assertionMethod")),
        ("ob:cryptosuite", literal("eddsa-rdfc-2022")),
        ("ob:points", literal(draw.randint(1, 9), "xsd:integer")),
        ("ob:result", literal(draw.randint(0, 100), "xsd:integer")),
    ]


KINDS = [
    ("topics", TOPICS, topic),
    ("skills", SKILLS, skill),
    ("achievements", ACHIEVEMENTS, achievement),
    ("organisations", ORGANISATIONS, organisation),
    ("persons", PERSONS, person),
    ("projects", PROJECTS, project),
    ("badges", BADGES, badge),
]


def triples(share=1):
    """All triples as lines of N-Triples, or those of the first resources of each kind."""
    draw = Draw(2021)
    for kind, count, describe in KINDS:
        for number in range(int(count * share)):
            subject = resource(kind, number)
            for predicate, value in describe(draw, number):
                yield f"{subject} {iri(predicate)} {value} .\n"
