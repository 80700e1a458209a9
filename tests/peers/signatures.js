// Requests signed by Fedify, which most servers of the fediverse in JavaScript are built on, are
// accepted; requests signed here are accepted by Fedify. In both forms, with keys of RSA, which are
// all that Fedify has for requests.
//
// An actor that Fedify describes lives on a server of its own here, and asks a registry for what
// only they may read and write. Any surprise ends it with 1.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateCryptoKeyPair, signRequest, verifyRequest } from '@fedify/fedify/sig';
import { CryptographicKey, Person } from '@fedify/fedify/vocab';
import { asAdministrator, servingItself } from './serving.js';

const SIGN = fileURLToPath(new URL('../../target/release/examples/sign', import.meta.url));
const CAVAGE = 'draft-cavage-http-signatures-12';
const FORMS = [CAVAGE, 'rfc9421'];
const TURTLE = 'text/turtle';

const folder = await mkdtemp(join(tmpdir(), 'codesocial-peers-'));
const peer = await started();
try {
  const config = join(folder, 'codesocial.toml');
  await writeFile(config, `[fetch]\nnetworks = ["127.0.0.1"]\norigins = ["${peer.origin}"]\n`);
  await servingItself(async (base) => {
    await asking(base);
    await tampering(base);
  }, ['--config', config]);
  await answering();
} finally {
  peer.server.close();
  await rm(folder, { recursive: true });
}

/** A server with one actor and their key. */
async function started() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const actor = new URL(`${origin}/users/ana`);
  const key = { id: new URL('#main-key', actor), ...await generateCryptoKeyPair('RSASSA-PKCS1-v1_5') };
  const described = new Person({
    id: actor,
    preferredUsername: 'ana',
    inbox: new URL(`${actor}/inbox`),
    publicKey: new CryptographicKey({ id: key.id, owner: actor, publicKey: key.publicKey }),
  });
  const document = await described.toJsonLd();
  server.on('request', (request, response) => {
    response.writeHead(request.url === '/users/ana' ? 200 : 404, {
      'Content-Type': 'application/activity+json',
    });
    response.end(JSON.stringify(document));
  });
  return { server, origin, actor, document, key };
}

function sign(spec, url, options) {
  return signRequest(new Request(url, options), peer.key.privateKey, peer.key.id, { spec });
}

/** The actor reads and writes what they may. */
async function asking(base) {
  console.log('Fedify signs:');
  const document = `${base}sandbox/shared`;
  const headers = { 'Content-Type': TURTLE };
  const made = await asAdministrator(document, { method: 'PUT', headers, body: '<> <a:p> 0 .' });
  assert.equal(made.status, 201);
  const access = `@prefix acl: <http://www.w3.org/ns/auth/acl#> .
    [] a acl:Authorization ; acl:agent <${base}#administrators> ; acl:accessTo <${document}> ;
      acl:mode acl:Read, acl:Write, acl:Control .
    [] a acl:Authorization ; acl:agent <${peer.actor}> ; acl:accessTo <${document}> ;
      acl:mode acl:Read, acl:Write .`;
  const granted = await asAdministrator(`${document}.acl`, { method: 'PUT', headers, body: access });
  assert.equal(granted.status, 201);
  assert.equal((await fetch(document)).status, 404);
  for (const [number, spec] of FORMS.entries()) {
    const body = `<> <a:p> ${number + 1} .`;
    const written = await fetch(await sign(spec, document, { method: 'PUT', headers, body }));
    assert.equal(written.status, 204, await written.text());
    const read = await fetch(await sign(spec, `${document}?as=nt`));
    const text = await read.text();
    assert.equal(read.status, 200, text);
    assert.match(text, new RegExp(`"${number + 1}"`));
    console.log(`  ${spec}: PUT -> 204, GET -> 200`);
  }
}

/** What is not what Fedify signed is refused. */
async function tampering(base) {
  const document = `${base}sandbox/shared`;
  for (const spec of FORMS) {
    const headers = { 'Content-Type': TURTLE };
    const options = { method: 'PUT', headers, body: '<> <a:p> "signed" .' };
    const signed = await sign(spec, document, options);
    const told = async (url, changes) => {
      const answer = await fetch(url, { ...options, headers: signed.headers, ...changes });
      return [answer.status, (await answer.json()).type.split('/').at(-1)];
    };
    assert.deepEqual(await told(document, { body: '<> <a:p> "changed" .' }), [401, 'signature-body']);
    assert.deepEqual(await told(`${document}2`, {}), [401, 'signature-wrong']);
    assert.deepEqual(await told(document, { method: 'PATCH' }), [401, 'signature-wrong']);
  }
  console.log('  another body, address or method -> 401');
}

/** What is signed here is what Fedify accepts. */
async function answering() {
  console.log('Fedify verifies:');
  const address = 'https://peer.example/inbox';
  const documentLoader = async (url) => (
    { contextUrl: null, documentUrl: url, document: peer.document }
  );
  for (const spec of FORMS) {
    const secret = join(folder, 'key.der');
    const exported = await crypto.subtle.exportKey('pkcs8', peer.key.privateKey);
    await writeFile(secret, Buffer.from(exported));
    for (const body of ['{"type": "Create"}', '']) {
      const method = body ? 'POST' : 'GET';
      const form = spec === CAVAGE ? 'cavage' : 'rfc9421';
      const headers = await signedHere([form, method, address, peer.key.id.href, secret], body);
      const verified = async (url) => verifyRequest(
        new Request(url, { method, headers, ...(body && { body }) }), { spec, documentLoader },
      );
      assert.equal((await verified(address))?.id?.href, peer.key.id.href, `${spec} ${method}`);
      assert.equal(await verified('https://peer.example/outbox'), null);
      console.log(`  ${spec}: ${method}`);
    }
  }
}

/** The headers that the program of this project adds. */
function signedHere(args, body) {
  return new Promise((resolve, reject) => {
    const child = execFile(SIGN, args, (error, stdout) => {
      if (error) { reject(error); return; }
      const lines = stdout.trimEnd().split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2));
      resolve(new Headers([['Host', 'peer.example'], ...lines]));
    });
    child.stdin.end(body);
  });
}
