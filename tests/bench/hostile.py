"""What queries that are written to keep a server from others cost those: how long reads take beside
them, and how soon a worker is there again after one that took all its memory."""

import http.client
import threading
import time

import servers
import wrk

# One client has all workers but one: several are needed to take them all.
HOSTILE = 4
ROUNDS = 5
ORGANIZATIONS = 200
SETTINGS = """
trusted_proxies = ["127.0.0.1"]
[sparql]
seconds_max = 2
worker_bytes_max = 67108864
"""


def numbers(variables, count):
    """Each variable is one of so many numbers."""
    values = " ".join(map(str, range(count)))
    return " ".join(f"VALUES ?v{n} {{ {values} }}" for n in range(variables))


def triples(factors):
    return " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(factors))


ENDLESS = [
    f"SELECT (COUNT(*) AS ?n) {{ {numbers(5, 100)} }}",
    f"SELECT (COUNT(*) AS ?n) {{ {triples(4)} }}",
    f"ASK {{ {numbers(5, 100)} FILTER(?v0 + ?v1 + ?v2 + ?v3 + ?v4 > 1000) }}",
]
GREEDY = f"SELECT * {{ {numbers(5, 60)} }} ORDER BY ?v0"


def measure(table, program, folder):
    settings = folder / "hostile.toml"
    settings.write_text(SETTINGS)
    server = servers.generated(
        program, folder / "hostile", ORGANIZATIONS, "--config", str(settings)
    )
    try:
        table.head("beside queries that never end (peer: without them)")
        alone, beside = [], []
        for _ in range(ROUNDS):
            alone.append(p99(server))
            with Hostile(server.port):
                beside.append(p99(server))
        table.row("p99 of a GET, ms", middle(beside), middle(alone), 2, at_least=False)
        table.figure("a worker is back after, ms", max(back(server) for _ in range(ROUNDS)), 1000)
    finally:
        server.stop()


def middle(figures):
    return sorted(figures)[len(figures) // 2]


def p99(server):
    arguments = [ORGANIZATIONS, "", "text/turtle", ""]
    return wrk.p99(server.name, "reads.lua", server.port, 4, arguments)


def ask(port, text, address):
    """The status of an answer, and after how many milliseconds it was there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/sparql-query", "X-Forwarded-For": address}
    start = time.perf_counter()
    connection.request("POST", "/sparql", text.encode(), headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, (time.perf_counter() - start) * 1e3


def back(server):
    """After how long somebody is answered when all workers were just ended."""
    workers = [
        threading.Thread(target=ask, args=(server.port, GREEDY, f"192.0.2.{n}"))
        for n in range(HOSTILE)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return ask(server.port, "ASK {}", "198.51.100.1")[1]


class Hostile:
    """Clients that ask queries without end, one after the other, each from an address of its own."""

    def __init__(self, port):
        self.over = threading.Event()
        clients = range(HOSTILE)
        self.threads = [threading.Thread(target=self.go_on, args=(port, n)) for n in clients]

    def go_on(self, port, n):
        while not self.over.is_set():
            ask(port, ENDLESS[n % len(ENDLESS)], f"192.0.2.{n}")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(1)

    def __exit__(self, *error):
        self.over.set()
        for thread in self.threads:
            thread.join()
