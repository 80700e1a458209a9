// A program that a person lets act for them, written with a client of others.
//
// Starts the server on a folder of its own with an account, and has oauth4webapi do what it does
// with any provider: discover it, register, send the person there, exchange the code with PKCE and
// DPoP, check the identity and the access token, ask as the person, refresh, revoke. The person is
// a few requests with a cookie. Whatever oauth4webapi does not accept ends this with 1.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as oauth from 'oauth4webapi';

const PROGRAM = fileURLToPath(new URL('../../target/release/codesocial', import.meta.url));
const BASE = 'http://registre.example/';
const REDIRECT = 'http://127.0.0.1/callback';
const PASSWORD = 'correct horse battery staple';
const SCOPE = 'openid webid offline_access read';

/** Serves a registry with an account until `use` of address and ticket ends. */
async function serving(use) {
  const folder = await mkdtemp(join(tmpdir(), 'codesocial-peers-'));
  const data = ['--data', join(folder, 'data')];
  const server = spawn(PROGRAM, ['serve', ...data, '--listen', '127.0.0.1:0', '--base', BASE], {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, RUST_LOG: 'warn' },
  });
  const ended = new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', resolve);
  });
  try {
    const address = await Promise.race([
      addressOf(server),
      ended.then((status) => { throw new Error(`the server ended with ${status}`); }),
    ]);
    const { stdout } = await promisify(execFile)(PROGRAM, ['user', 'add', 'jeanne', ...data]);
    const ticket = /ticket=(\S+)/.exec(stdout)?.[1];
    assert(ticket, `no ticket in ${stdout}`);
    return await use(address, ticket);
  } finally {
    server.kill();
    await ended.catch(() => {});
    await rm(folder, { recursive: true });
  }
}

async function addressOf(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const found = /^listening on (http:\S+)$/.exec(line);
    if (found) return found[1];
  }
  throw new Error('the server said no address');
}

/** Asks for an address under the base where the server listens, as a name server would lead. */
function fetching(address) {
  return (url, options) => {
    const { pathname, search } = new URL(url);
    return fetch(`${address}${pathname}${search}`, { redirect: 'manual', ...options });
  };
}

/** What a browser does with a form of ours. */
function submit(ask, url, fields, cookie) {
  const headers = { 'Sec-Fetch-Site': 'same-origin', ...(cookie && { Cookie: cookie }) };
  return ask(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

/** The person chooses a password and logs in: their cookie. */
async function loggedIn(ask, ticket) {
  await submit(ask, `${BASE}password`, { ticket, password: PASSWORD });
  const opened = await submit(ask, `${BASE}login`, { login: 'jeanne', password: PASSWORD });
  const [cookie] = opened.headers.getSetCookie();
  assert(cookie, `no cookie after ${opened.status}`);
  return cookie.split(';')[0];
}

await serving(async (address, ticket) => {
  const ask = fetching(address);
  const options = { [oauth.customFetch]: ask, [oauth.allowInsecureRequests]: true };
  const issuer = new URL(BASE);
  for (const algorithm of ['oidc', 'oauth2']) {
    const found = await oauth.discoveryRequest(issuer, { ...options, algorithm });
    await oauth.processDiscoveryResponse(issuer, found);
  }
  const discovered = await oauth.discoveryRequest(issuer, options);
  const as = await oauth.processDiscoveryResponse(issuer, discovered);
  const registration = { redirect_uris: [REDIRECT], client_name: 'Peer' };
  const client = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(as, registration, options),
  );
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const none = oauth.None();

  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const sent = new URL(as.authorization_endpoint);
  const asked = {
    response_type: 'code', client_id: client.client_id, redirect_uri: REDIRECT, scope: SCOPE,
    state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) sent.searchParams.set(name, value);
  const cookie = await loggedIn(ask, ticket);
  const page = await ask(sent, { headers: { Cookie: cookie, Accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /« Peer »/);
  const answer = await submit(ask, sent, { decision: 'allow' }, cookie);
  assert.equal(answer.status, 303);
  const back = oauth.validateAuthResponse(as, client, new URL(answer.headers.get('location')), state);

  const exchanged = await oauth.authorizationCodeGrantRequest(
    as, client, none, back, REDIRECT, verifier, { ...options, DPoP },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, exchanged, {
    expectedNonce: nonce, requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, exchanged, options);
  assert.equal(tokens.token_type, 'dpop');
  const { sub, webid } = oauth.getValidatedIdTokenClaims(tokens);
  assert.equal(sub, webid);

  const proved = new Request(`${BASE}organizations`, {
    headers: { Authorization: `DPoP ${tokens.access_token}` },
  });
  await DPoP.addProof(new URL(proved.url), proved.headers, 'GET', tokens.access_token);
  await oauth.validateJwtAccessToken(as, proved, BASE, options);

  const who = async (token) => oauth.processUserInfoResponse(
    as, client, sub, await oauth.userInfoRequest(as, client, token, { ...options, DPoP }),
  );
  assert.equal((await who(tokens.access_token)).webid, webid);
  const profile = await oauth.protectedResourceRequest(
    tokens.access_token, 'GET', new URL(webid), new Headers({ Accept: 'text/turtle' }), null,
    { ...options, DPoP },
  );
  assert.match(await profile.text(), /"jeanne"/);

  const refreshed = await oauth.processRefreshTokenResponse(as, client,
    await oauth.refreshTokenGrantRequest(
      as, client, none, tokens.refresh_token, { ...options, DPoP },
    ));
  assert.equal((await who(refreshed.access_token)).webid, webid);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, none, refreshed.refresh_token, options),
  );
  await assert.rejects(who(refreshed.access_token));
  console.log(`oauth.js: ${webid} let a program act, and it was good until revoked`);
});
