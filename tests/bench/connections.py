"""What connections cost that ask for nothing: the memory of as many as the server holds at once."""

import http.client
import resource

import servers

# One more is the bench's own.
IDLE = 4_999
FILES_MIN = 6_000


def measure(table, program, folder):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(FILES_MIN, hard)), hard))
    server = servers.codesocial(program, folder / "connections")
    idle = []
    try:
        before = server.resident_mib()
        for _ in range(IDLE):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("GET", "/sandbox", headers={"Accept": "text/turtle"})
            connection.getresponse().read()
            idle.append(connection)
        table.head(f"{IDLE + 1:,} connections that were used once and stay open")
        table.figure("resident before, MiB", before)
        table.figure("resident with them, MiB", server.resident_mib(), 400)
    finally:
        for connection in idle:
            connection.close()
        server.stop()
