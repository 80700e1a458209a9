// The contexts of others that come with the program say what the published ones say.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import multikey from "@digitalbazaar/multikey-context";
import security from "@digitalbazaar/security-context";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url)));
const SECURITY = "https://w3id.org/security/v1";
const MULTIKEY = "https://w3id.org/security/multikey/v1";
// The module of this package is no longer one that Node.js reads: its data are.
const activitystreams = read("node_modules/activitystreams-context/context.json");

const published = [
  [activitystreams, "https://www.w3.org/ns/activitystreams", "activitystreams.jsonld"],
  [security.contexts.get(SECURITY), SECURITY, "security-v1.jsonld"],
  [multikey.contexts.get(MULTIKEY), MULTIKEY, "multikey-v1.jsonld"],
];

for (const [theirs, iri, file] of published) {
  assert.deepEqual(read(`../../context/${file}`), theirs, iri);
  console.log(`contexts.js: ${iri} is as it is published`);
}
