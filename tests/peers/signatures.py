"""Signs requests to a registry with http-message-signatures, by each kind of key, and verifies with
it what this project signs. Any surprise ends it with 1."""

import datetime
import http.client
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

RELEASE = Path(sys.argv[1])
BASE = "http://registre.example/"
DOCUMENT = "sandbox/shared"
TOKEN = "the-token-of-the-peers"
COVERED = ("@method", "@target-uri", "content-digest")
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Keys(HTTPSignatureKeyResolver):
    """The actor's keys, by their names."""

    def __init__(self):
        shared = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.kept = {
            "ed25519": (algorithms.ED25519, ed25519.Ed25519PrivateKey.generate()),
            "rsa-v1_5-sha256": (algorithms.RSA_V1_5_SHA256, shared),
            "rsa-pss-sha512": (algorithms.RSA_PSS_SHA512, shared),
            "ecdsa-p256-sha256": (algorithms.ECDSA_P256_SHA256, ec.generate_private_key(ec.SECP256R1())),
        }

    def resolve_private_key(self, key_id):
        return self.kept[key_id.split("#")[1]][1]

    def resolve_public_key(self, key_id):
        return self.resolve_private_key(key_id).public_key()

    def described(self, actor):
        """The actor's document: the key of Ed25519 as a Multikey, the others in PEM."""
        listed = []
        for name in self.kept:
            key = self.resolve_public_key(f"#{name}")
            told = {"id": f"{actor}#{name}", "controller": actor}
            if name == "ed25519":
                told |= {"type": "Multikey", "publicKeyMultibase": multikey(key)}
            else:
                pem = key.public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
                told["publicKeyPem"] = pem.decode()
            listed.append(told)
        context = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/multikey/v1"]
        return {"@context": context, "id": actor, "type": "Person", "assertionMethod": listed}


def multikey(key):
    number = int.from_bytes(b"\xed\x01" + key.public_bytes_raw())
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58[digit] + digits
    return f"z{digits}"


class Request:
    """A request as the library asks for it."""

    def __init__(self, method, url, headers=None):
        self.method, self.url, self.headers = method, url, dict(headers or {})


def actor_server(keys):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(keys.described(f"{self.server.origin}/ana")).encode()
            self.send_response(200 if self.path == "/ana" else 404)
            self.send_header("Content-Type", "application/activity+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def asked(address, method, path, headers, body=b""):
    connection = http.client.HTTPConnection(address)
    connection.request(method, f"/{path}", body or None, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def asking(address, actor, keys):
    """The actor writes and reads what they may, with each key."""
    admin = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/turtle"}
    document = BASE + DOCUMENT
    access = f"""@prefix acl: <http://www.w3.org/ns/auth/acl#> .
        [] a acl:Authorization ; acl:agent <{BASE}#administrators> ; acl:accessTo <{document}> ;
            acl:mode acl:Read, acl:Write, acl:Control .
        [] a acl:Authorization ; acl:agent <{actor}> ; acl:accessTo <{document}> ;
            acl:mode acl:Read, acl:Write ."""
    assert asked(address, "PUT", DOCUMENT, admin, b"<> <a:p> 0 .")[0] == 201
    assert asked(address, "PUT", f"{DOCUMENT}.acl", admin, access.encode())[0] == 201
    for name, (algorithm, _) in keys.kept.items():
        signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=keys)
        body = f'<> <a:p> "{name}" .'.encode()
        told = {"Content-Type": "text/turtle"}
        for is_named in (True, False):
            request = Request("PUT", document, told)
            made = datetime.datetime.now() - datetime.timedelta(seconds=int(is_named))
            signer.sign(
                request, key_id=f"{actor}#{name}", covered_component_ids=COVERED, body=body,
                created=made, include_alg=is_named,
            )
            altered = asked(address, "PUT", DOCUMENT, request.headers, body + b" ")
            assert altered[0] == 401 and "signature-body" in altered[1], altered
            again = asked(address, "PUT", DOCUMENT, request.headers, body)
            assert again[0] == 401 and "signature-replayed" in again[1], again
        request = Request("PUT", document, told)
        signer.sign(
            request, key_id=f"{actor}#{name}", covered_component_ids=COVERED, body=body, nonce="x",
        )
        written = asked(address, "PUT", DOCUMENT, request.headers, body)
        assert written[0] == 204, written
        request = Request("GET", f"{document}?as=nt")
        signer.sign(request, key_id=f"{actor}#{name}")
        read = asked(address, "GET", f"{DOCUMENT}?as=nt", request.headers)
        assert read[0] == 200 and name in read[1], read
        print(f"  {name}: signed in Python, PUT -> 204, GET -> 200")


def answering(folder, keys):
    """What this project signs, the library accepts, and nothing else."""
    address, body = "https://peer.example/inbox?page=1", b'{"type": "Create"}'
    for name in ("ed25519", "rsa-v1_5-sha256"):
        algorithm, key = keys.kept[name]
        secret = folder / "key.der"
        secret.write_bytes(key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ))
        command = [RELEASE / "examples" / "sign", "rfc9421", "POST", address, f"k#{name}", secret]
        told = subprocess.run(command, input=body, capture_output=True, check=True).stdout.decode()
        headers = dict(line.split(": ", 1) for line in told.splitlines())
        verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=keys)
        [result] = verifier.verify(Request("POST", address, headers))
        assert set(COVERED) <= {item.strip('"') for item in result.covered_components}, result
        try:
            verifier.verify(Request("POST", "https://peer.example/outbox", headers))
        except Exception as error:
            assert "Signature" in type(error).__name__, error
        else:
            raise AssertionError("another address was accepted")
        print(f"  {name}: verified in Python")


def main():
    keys = Keys()
    peer = actor_server(keys)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "codesocial.toml"
        config.write_text(f'[fetch]\nnetworks = ["127.0.0.1"]\norigins = ["{peer.origin}"]\n')
        command = [
            RELEASE / "codesocial", "serve", "--data", folder / "data", "--config", config,
            "--listen", "127.0.0.1:0", "--base", BASE,
        ]
        environment = os.environ | {"RUST_LOG": "warn", "CODESOCIAL_ADMIN_TOKEN": TOKEN}
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            said = (line.strip() for line in server.stdout)
            start = "listening on http://"
            address = next(line.removeprefix(start) for line in said if line.startswith(start))
            asking(address, f"{peer.origin}/ana", keys)
        finally:
            server.terminate()
            server.wait()
        answering(folder, keys)


main()
