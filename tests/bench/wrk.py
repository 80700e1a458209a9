"""Load from wrk, a process of its own: what a client in Python could not ask for."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SECONDS = 4


def rate(name, script, port, connections, arguments, headers=()):
    """Requests a second; a request that fails ends the run."""
    return run(name, script, port, connections, arguments, headers)[0]


def p99(name, script, port, connections, arguments, headers=()):
    """Milliseconds within which all but one of a hundred requests were answered."""
    return run(name, script, port, connections, arguments, headers)[2]


def run(name, script, port, connections, arguments, headers):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--timeout", "20s"]
    command += ["-s", FOLDER / script, *(part for header in headers for part in ("-H", header))]
    command += [f"http://127.0.0.1:{port}", "--", *map(str, arguments)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("RESULT"))
    figures = [float(figure) for figure in line.split()[1:]]
    if figures[1]:
        sys.exit(f"{name}: {figures[1]:.0f} requests failed\n{output}")
    return figures
