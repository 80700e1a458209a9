// A program that a person lets act for them, written with a client of others.
//
// Starts the server on a folder of its own with an account, and has oauth4webapi do what it does
// with any provider: discover it, register, send the person there, exchange the code with PKCE and
// DPoP, check the identity, ask as the person, refresh, revoke. The person is a few requests with a
// cookie. Anything that is not as oauth4webapi wants it ends this with 1.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as oauth from 'oauth4webapi';
