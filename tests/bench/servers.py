"""The servers under measurement, each a process of this run on a port of its own."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time

from registry import BASE

TOKEN = "measured-on-one-machine"
CHUNK_BYTES_MAX = 4 * 1024 * 1024
START_SECONDS_MAX = 60


class Server:
    """A running SPARQL endpoint and one connection to it, which is kept alive."""

    def __init__(self, name, path, port, process):
        self.name, self.path, self.process = name, path, process
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                return self.connection.connect()
            except ConnectionRefusedError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit(f"{name} does not start")
                time.sleep(0.1)

    def post(self, kind, text, accept, **headers):
        headers |= {"Content-Type": f"application/sparql-{kind}", "Accept": accept}
        self.connection.request("POST", self.path, text.encode(), headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status >= 300:
            sys.exit(f"{self.name}: {response.status} {body[:500].decode()} to\n{text[:500]}")
        return body

    def timed(self, query):
        """The answer and how many milliseconds it took, its last byte included."""
        start = time.perf_counter()
        body = self.post("query", query, "application/sparql-results+json")
        milliseconds = (time.perf_counter() - start) * 1e3
        return json.loads(body)["results"]["bindings"], milliseconds

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

    def stop(self):
        self.process.terminate()
        self.process.wait()


def codesocial(program, folder, data):
    """Our server, on the data and on what it comes with, which is given back as N-Triples."""
    shutil.rmtree(folder, ignore_errors=True)
    port = free_port()
    environment = os.environ | {"CODESOCIAL_ADMIN_TOKEN": TOKEN, "RUST_LOG": "warn"}
    command = [program, "serve", "--data", folder, "--base", BASE, "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    server = Server("codesocial", "/sparql", port, process)
    everything = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    installed = server.post("query", everything, "application/n-triples")
    for chunk in chunks(data):
        update = "INSERT DATA {\n" + chunk + "}"
        server.post("update", update, "*/*", Authorization=f"Bearer {TOKEN}")
    return server, installed


def oxigraph(program, folder, data, installed):
    """Oxigraph's server over its store on disk, with the same triples in its default graph."""
    shutil.rmtree(folder, ignore_errors=True)
    load, quiet = [program, "load", "--location", folder], subprocess.DEVNULL
    subprocess.run([*load, "--file", data], check=True, stderr=quiet)
    subprocess.run([*load, "--format", "nt"], input=installed, check=True, stderr=quiet)
    port = free_port()
    command = [program, "serve", "--location", folder, "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    return Server("oxigraph", "/query", port, process)


def chunks(data):
    """The lines of a file in pieces that fit in a request."""
    with open(data, encoding="utf-8") as lines:
        while chunk := lines.readlines(CHUNK_BYTES_MAX):
            yield "".join(chunk)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
