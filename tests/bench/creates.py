"""Creating one resource with each request: validated and on disk here, beside three peers.

- The probe: a bare SQLite file, WAL with synchronous=FULL; each client asks for one row and waits;
  one writer puts all who wait into one transaction. What a journal can do at most on this disk.
- `oxigraph serve`: one INSERT DATA each, neither validated nor synced.
- Community Solid Server: POST of the same Turtle, files on disk.
"""

import itertools
import queue
import shutil
import sqlite3
import threading
import time

import servers
from table import in_turn
from wrk import SECONDS, rate

ROUNDS = 3
ROW = b"x" * 3_000


def measure(table, program, oxigraph, folder):
    number = itertools.count(0, 10_000_000)
    ours = servers.codesocial(program, folder / "creates")
    peer = servers.oxigraph_empty(oxigraph, folder / "creates-oxigraph")
    css = servers.community_solid_server(folder / "css")
    started = [server for server in (ours, peer, css) if server]

    def load(server, path, form, connections, headers=()):
        return lambda: rate(
            server.name, "creates.lua", server.port, connections,
            [path, form, next(number)], headers,
        )

    try:
        for connections in (1, 8):
            table.head(f"create, {connections} client(s), resources/s")
            token = [f"Authorization: Bearer {servers.TOKEN}"]
            mine, probe, theirs = in_turn(
                ROUNDS,
                load(ours, "/projects", "turtle", connections, token),
                lambda: group_commit(folder / "probe", connections),
                load(peer, "/update", "update", connections),
            )
            many = connections > 1
            table.row("beside the group-commit probe", mine, probe, 0.4 if many else None)
            table.row(f"beside {peer.version}, unsynced", mine, theirs)
            if css:
                solid = load(css, "/", "turtle", connections)()
                table.row(f"beside {css.version}", mine, solid, 10 if many else None)
    finally:
        for server in started:
            server.stop()


def group_commit(folder, clients):
    """Rows a second through one writer that lets all who wait share a transaction."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    asked, deadline, written = queue.SimpleQueue(), time.monotonic() + SECONDS, [0] * clients

    def client(place):
        done = threading.Event()
        while time.monotonic() < deadline:
            done.clear()
            asked.put(done)
            done.wait()
            written[place] += 1

    def write():
        database = sqlite3.connect(folder / "probe.sqlite", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE row (n INTEGER PRIMARY KEY, bytes BLOB)")
        while (first := asked.get()) is not None:
            waiting = [first]
            while not asked.empty() and (more := asked.get()) is not None:
                waiting.append(more)
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO row (bytes) VALUES (?)", [(ROW,)] * len(waiting))
            database.execute("COMMIT")
            for done in waiting:
                done.set()

    writer = threading.Thread(target=write)
    threads = [threading.Thread(target=client, args=(place,)) for place in range(clients)]
    for thread in (writer, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    asked.put(None)
    writer.join()
    return sum(written) / SECONDS
