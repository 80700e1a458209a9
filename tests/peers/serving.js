// The program as a process, for the clients that ask it: on a folder of its own, ended with them.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../target/release/codesocial', import.meta.url));
const TOKEN = 'the-token-of-the-peers';

/** Serves a folder with these arguments until `use` of the address and the folder ends. */
export async function serving(args, use) {
  const folder = await mkdtemp(join(tmpdir(), 'codesocial-peers-'));
  const data = join(folder, 'data');
  const server = spawn(PROGRAM, ['serve', '--data', data, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RUST_LOG: 'warn', CODESOCIAL_ADMIN_TOKEN: TOKEN },
  });
  const ended = new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', resolve);
  });
  try {
    return await use(await Promise.race([
      addressOf(server),
      ended.then((status) => { throw new Error(`the server ended with ${status}`); }),
    ]), data);
  } finally {
    server.kill();
    await ended.catch(() => {});
    await rm(folder, { recursive: true });
  }
}

/**
 * Serves an empty registry whose names are its addresses, as clients take them to be, to somebody
 * who has an account and a token, and no more rights than anyone who comes.
 */
export async function servingItself(use, args = []) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}/`;
  const all = ['--listen', `127.0.0.1:${port}`, '--base', base, ...args];
  return serving(all, async (_, data) => use(base, await tokenOfSomebody(data)));
}

/** Asks as the administrator. */
export function asAdministrator(url, options = {}) {
  const headers = { ...options.headers, Authorization: `Bearer ${TOKEN}` };
  return fetch(url, { ...options, headers });
}

/** The token of a person, made beside the server. */
async function tokenOfSomebody(data) {
  const run = (...args) => promisify(execFile)(PROGRAM, [...args, '--data', data]);
  await run('user', 'add', 'jeanne');
  const { stdout } = await run('token', 'add', 'jeanne', '--scope', 'read,write,control');
  const token = stdout.match(/codesocial_\S+/)?.[0];
  if (!token) throw new Error(`no token in ${stdout}`);
  return token;
}

/** A `fetch` with a token that tells each request and its answer. */
export function toldFetch(base, token) {
  return async (input, init = {}) => {
    const request = new Request(input, init);
    request.headers.set('Authorization', `Bearer ${token}`);
    const answer = await fetch(request);
    console.log(`  ${request.method} /${request.url.slice(base.length)} -> ${answer.status}`);
    return answer;
  };
}

async function addressOf(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const address = line.match(/^listening on (.*)$/)?.[1];
    if (address) return address;
  }
  throw new Error('the server told no address');
}

/** A port that the system gives, given back for the program to take. */
async function freePort() {
  const held = createServer();
  await new Promise((resolve) => { held.listen(0, '127.0.0.1', resolve); });
  const { port } = held.address();
  await new Promise((resolve) => { held.close(resolve); });
  return port;
}
