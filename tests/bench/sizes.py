"""Bulk import of a synthetic registry beside `oxigraph load` of the same file, memory, and how long the start takes."""

import json
import shutil
import subprocess
import time

import servers


ORGANIZATIONS = 1_400


def measure(table, program, oxigraph, folder):
    data = folder / "generated"
    generate = [program, "generate", "--orgs", str(ORGANIZATIONS), "--base", servers.BASE]
    subprocess.run([*generate, "--out", data], check=True, stdout=servers.QUIET)
    triples = json.loads((data / "manifest.json").read_text())["triples"]
    data = data / "registry.nq"
    mine = importing(program, folder / "imported", data)
    theirs = servers.oxigraph_load(oxigraph, folder / "loaded", data)
    table.head(f"bulk, {triples:,} triples")
    # The speed, not the time: four times as long is a quarter of the speed.
    table.row("import, thousand triples/s", triples / mine / 1e3, triples / theirs / 1e3, 0.25)
    server, ready = servers.started(program, folder / "imported")
    table.figure("start after the import, s", ready)
    table.figure("resident, MiB", server.resident_mib(), 350)
    server.kill()
    server, ready = servers.started(program, folder / "imported")
    table.figure("start after kill -9, s", ready, 3)
    server.stop()
    shutil.rmtree(folder / "source", ignore_errors=True)
    server, ready = servers.started(program, folder / "source", "--load", "source")
    server.stop()
    table.head("the source set")
    table.figure("first start, s", ready)
    server, ready = servers.started(program, folder / "source", "--load", "source")
    table.figure("start, s", ready, 0.5)
    table.figure("resident, MiB", server.resident_mib(), 80)
    server.stop()


def importing(program, folder, data):
    """Seconds to validate and journal the file's documents into a fresh directory."""
    shutil.rmtree(folder, ignore_errors=True)
    servers.codesocial(program, folder).stop()
    start = time.monotonic()
    command = [program, "import", "--data", folder, data]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start
