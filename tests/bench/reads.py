"""GET of one resource among many, beside nginx with the same bytes and Community Solid Server."""

import http.client

import servers
from table import in_turn
from wrk import rate

ORGANIZATIONS, CONNECTIONS, ROUNDS = 200, 8, 3
FORMS = [("Turtle", "text/turtle", "ttl"), ("JSON-LD", "application/ld+json", "jsonld")]


def measure(table, program, folder):
    ours = servers.generated(program, folder / "reads", ORGANIZATIONS)
    started = [ours]
    try:
        files = folder / "files"
        tags = {ending: save(ours, accept, ending, files) for _, accept, ending in FORMS}
        nginx = servers.nginx(folder / "nginx", files)
        started.append(nginx)
        table.head(f"GET, {CONNECTIONS} connections, requests/s (peer: {nginx.version})")
        for name, accept, ending in FORMS:
            beside_nginx(table, name, accept, ending, tags[ending], ours, nginx)
        css = servers.community_solid_server(folder / "css")
        if css:
            started.append(css)
            beside_css(table, ours, css, files)
    finally:
        for server in started:
            server.stop()


def beside_nginx(table, name, accept, ending, tags, ours, nginx):
    def load(server, after, tags=""):
        arguments = [ORGANIZATIONS, after, accept, tags]
        return lambda: rate(server.name, "reads.lua", server.port, CONNECTIONS, arguments)

    whole, unchanged, theirs = in_turn(
        ROUNDS, load(ours, ""), load(ours, "", tags), load(nginx, "." + ending)
    )
    table.row(f"{name}: 200", whole, theirs, 0.85)
    table.row(f"{name}: 304 beside nginx's 200", unchanged, theirs, 1.0)


def beside_css(table, ours, css, files):
    for number in range(ORGANIZATIONS):
        body = (files / f"organizations/synthese-{number}.ttl").read_bytes()
        css.put(f"/organizations/synthese-{number}", body, "text/turtle")
    table.head(f"GET beside {css.version}, requests/s")
    for name, accept, _ in FORMS:
        arguments = [ORGANIZATIONS, "", accept, ""]
        mine, theirs = in_turn(
            1,
            lambda: rate(ours.name, "reads.lua", ours.port, CONNECTIONS, arguments),
            lambda: rate(css.name, "reads.lua", css.port, CONNECTIONS, arguments),
        )
        table.row(f"{name}: 200", mine, theirs)


def save(server, accept, ending, folder):
    """Saves the answers as files for nginx; gives the file of their entity tags."""
    (folder / "organizations").mkdir(parents=True, exist_ok=True)
    tags = folder / f"tags.{ending}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with open(tags, "w", encoding="utf-8") as lines:
        for number in range(ORGANIZATIONS):
            path = f"/organizations/synthese-{number}"
            connection.request("GET", path, headers={"Accept": accept})
            answer = connection.getresponse()
            (folder / f"{path[1:]}.{ending}").write_bytes(answer.read())
            lines.write(answer.getheader("ETag") + "\n")
    return tags
