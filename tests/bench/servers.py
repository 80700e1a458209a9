"""The servers under measurement, each a process of this run on a port of its own."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from registry import BASE

TOKEN = "measured-on-one-machine"
CHUNK_BYTES_MAX = 4 * 1024 * 1024
START_SECONDS_MAX = 120
QUIET = subprocess.DEVNULL
CSS = "@solid/community-server@7.2.0"


class Server:
    """A running server and one connection to it, which is kept alive."""

    def __init__(self, name, version, path, port, process):
        self.name, self.version, self.path, self.port = name, version, path, port
        self.process = process
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                return self.connection.connect()
            except ConnectionRefusedError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit(f"{name} does not start")
                time.sleep(0.01)

    def post(self, kind, text, accept, **headers):
        headers |= {"Content-Type": f"application/sparql-{kind}", "Accept": accept}
        return self.request("POST", self.path, text.encode(), headers, text[:500])

    def put(self, path, body, media_type):
        self.request("PUT", path, body, {"Content-Type": media_type}, path)

    def request(self, method, path, body, headers, told):
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status >= 300:
            sys.exit(f"{self.name}: {response.status} {body[:500].decode()} to\n{told}")
        return body

    def timed(self, query, accept="application/sparql-results+json"):
        """The answer and how many milliseconds it took, its last byte included."""
        start = time.perf_counter()
        body = self.post("query", query, accept)
        return body, (time.perf_counter() - start) * 1e3

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def codesocial(program, folder):
    """Our server on a fresh directory."""
    shutil.rmtree(folder, ignore_errors=True)
    return started(program, folder, "--base", BASE)[0]


def started(program, folder, *more):
    """Our server on a directory, and after how many seconds it was ready. It logs as it does by
    itself."""
    port = free_port()
    environment = os.environ | {"CODESOCIAL_ADMIN_TOKEN": TOKEN}
    environment.pop("RUST_LOG", None)
    command = [program, "serve", "--data", folder, "--listen", f"127.0.0.1:{port}", *more]
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=QUIET, stderr=QUIET)
    server = Server("codesocial", "codesocial", "/sparql", port, process)
    # The port is bound before the data are there: this waits for them.
    server.request("GET", "/readyz", None, {}, "/readyz")
    return server, time.monotonic() - start


def generated(program, folder, organizations, *more):
    """Our server with so many synthetic organisations and all that belongs to them."""
    codesocial(program, folder).stop()
    generate = [program, "generate", "--orgs", str(organizations), "--base", BASE]
    subprocess.run([*generate, "--out", folder / "generated"], check=True, stdout=QUIET)
    load = [program, "import", "--data", folder, folder / "generated/registry.nq"]
    subprocess.run(load, check=True, stdout=QUIET, stderr=QUIET)
    return started(program, folder, *more)[0]


def loaded(program, folder, data):
    """Our server with the data in its default graph, and all that it holds as N-Triples."""
    server = codesocial(program, folder)
    everything = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    installed = server.post("query", everything, "application/n-triples")
    for chunk in chunks(data):
        update = "INSERT DATA {\n" + chunk + "}"
        server.post("update", update, "*/*", Authorization=f"Bearer {TOKEN}")
    return server, installed


def oxigraph(program, folder, data, installed):
    """Oxigraph's server over its store on disk, with the same triples in its default graph."""
    oxigraph_load(program, folder, data)
    load = [program, "load", "--location", folder, "--format", "nt"]
    subprocess.run(load, input=installed, check=True, stderr=QUIET)
    return oxigraph_serving(program, folder)


def oxigraph_empty(program, folder):
    shutil.rmtree(folder, ignore_errors=True)
    return oxigraph_serving(program, folder)


def oxigraph_serving(program, folder):
    port = free_port()
    command = [program, "serve", "--location", folder, "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=QUIET, stderr=QUIET)
    return Server("oxigraph", "oxigraph 0.5.13", "/query", port, process)


def oxigraph_load(program, folder, data):
    """Seconds that `oxigraph load` takes for a file."""
    shutil.rmtree(folder, ignore_errors=True)
    start = time.monotonic()
    load = [program, "load", "--location", folder, "--file", data]
    subprocess.run(load, check=True, stderr=QUIET)
    return time.monotonic() - start


def nginx(folder, files):
    """nginx with two workers over a folder of files, as fast as it is known to serve them."""
    if not shutil.which("nginx"):
        sys.exit("nginx is needed: apt-get install nginx-light")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    configuration = f"""
        worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log;
        user root;
        events {{ worker_connections 1024; }}
        http {{
            access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; etag on;
            types {{ text/turtle ttl; application/ld+json jsonld; }}
            open_file_cache max=60000 inactive=600s; open_file_cache_valid 600s;
            server {{ listen 127.0.0.1:{port}; root {files}; }}
        }}"""
    (folder / "nginx.conf").write_text(configuration)
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"], stderr=QUIET)
    told = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return Server("nginx", told.split()[-1], "/", port, process)


def community_solid_server(folder):
    """Community Solid Server over files, open to all; None where npm cannot install it."""
    modules = folder / "node_modules/@solid/community-server"
    folder.mkdir(parents=True, exist_ok=True)
    if not modules.exists():
        if not shutil.which("npm"):
            print("npm is not there: not beside Community Solid Server", flush=True)
            return None
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", folder, CSS]
        subprocess.run(install, check=True, stdout=QUIET)
    shutil.rmtree(folder / "data", ignore_errors=True)
    port = free_port()
    command = ["node", modules / "bin/server.js", "-c", "@css:config/file-root.json"]
    command += ["-f", folder / "data", "-p", str(port), "-l", "error"]
    command += ["-b", f"http://127.0.0.1:{port}/"]
    process = subprocess.Popen(command, stdout=QUIET, stderr=QUIET)
    version = json.loads((modules / "package.json").read_text())["version"]
    return Server("css", f"Community Solid Server {version}", "/", port, process)


def chunks(data):
    """The lines of a file in pieces that fit in a request."""
    with open(data, encoding="utf-8") as lines:
        while chunk := lines.readlines(CHUNK_BYTES_MAX):
            yield "".join(chunk)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
