"""A page of a container of 100,000 members, each way to ask for one."""

import statistics
import time

import servers

MEMBERS, AT_ONCE, ROUNDS = 100_000, 20_000, 20
FORMS = [("Turtle", "text/turtle"), ("JSON-LD, members in full", "application/ld+json")]


def measure(table, program, folder):
    server = servers.codesocial(program, folder / "container")
    try:
        for first in range(0, MEMBERS, AT_ONCE):
            fill(server, range(first, first + AT_ONCE))
        table.head(f"a page of a container of {MEMBERS:,} members, ms")
        for name, accept in FORMS:
            table.figure(f"{name}, not asked before", page(server, accept, fresh=True), 50)
            table.figure(f"{name}, asked before", page(server, accept, fresh=False), 50)
    finally:
        server.stop()


def fill(server, numbers):
    graphs = "".join(
        f"GRAPH <sandbox/m{n:06}> {{ <sandbox/m{n:06}> <urn:p> {n} }}\n" for n in numbers
    )
    authorization = {"Authorization": f"Bearer {servers.TOKEN}"}
    server.post("update", f"INSERT DATA {{ {graphs} }}", "*/*", **authorization)


def page(server, accept, fresh):
    """The median time of a page in the middle: another at each round, or the same."""
    times = []
    for round in range(ROUNDS):
        after = MEMBERS // 2 + (round if fresh else 0)
        start = time.perf_counter()
        path = f"/sandbox?after=m{after:06}"
        server.request("GET", path, None, {"Accept": accept}, path)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)
