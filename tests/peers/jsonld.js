// The JSON-LD that harvesters get, read by the reference implementation.
//
// Starts the server on a folder of its own with the fixtures, expands the export of everything
// with jsonld.js under the context that the server serves, and compares its canonical form
// (RDFC-1.0) with that of the N-Quads export as N3.js reads it. JSON-LD tells the documents
// without their graphs, as Turtle does, so the graphs of the N-Quads are merged. Any difference
// ends it with 1.

import { gunzipSync } from 'node:zlib';
import jsonld from 'jsonld';
import { DataFactory, Parser, Writer } from 'n3';
import { serving } from './serving.js';

const { literal } = DataFactory;

const BASE = 'http://registre.example/';
const CONTEXT = 'https://w3id.org/codesocial/context/v1.jsonld';
const DOUBLE = 'http://www.w3.org/2001/XMLSchema#double';
const SHOWN_MAX = 20;

async function get(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

/**
 * The canonical form of N-Quads without their graphs, a line each.
 *
 * Doubles are compared by value: of `{"@value": "49.9", "@type": "xsd:double"}` jsonld.js makes
 * "4.99E1", where the algorithm converts numbers only and keeps strings as they are.
 * https://www.w3.org/TR/json-ld11-api/#object-to-rdf-conversion
 */
async function canonical(text) {
  const writer = new Writer({ format: 'N-Triples' });
  for (const { subject, predicate, object } of new Parser({ format: 'N-Quads' }).parse(text)) {
    const isDouble = object.termType === 'Literal' && object.datatype.value === DOUBLE;
    const told = isDouble ? literal(Number(object.value).toString(), object.datatype) : object;
    writer.addQuad(subject, predicate, told);
  }
  const triples = await new Promise((resolve, reject) => {
    writer.end((error, written) => (error ? reject(error) : resolve(written)));
  });
  const format = 'application/n-quads';
  const options = { algorithm: 'RDFC-1.0', inputFormat: format, format };
  return (await jsonld.canonize(triples, options)).trimEnd().split('\n');
}

/** What the JSON-LD export says to a reader that knows no context but the served one. */
async function ofJsonLd(address) {
  const context = await (await get(`${address}/context/v1.jsonld`)).json();
  const documentLoader = async (url) => {
    if (url !== CONTEXT) throw new Error(`a context that nobody offered: ${url}`);
    return { documentUrl: url, document: context };
  };
  const document = await (await get(`${address}/export/tout.jsonld`)).json();
  const expanded = await jsonld.expand(document, { documentLoader, base: BASE, safe: true });
  return jsonld.toRDF(expanded, { format: 'application/n-quads', safe: true });
}

async function ofNQuads(address) {
  const bytes = await (await get(`${address}/export/tout.nq.gz`)).arrayBuffer();
  return gunzipSync(Buffer.from(bytes)).toString('utf8');
}

const FIXTURES = [
  '--listen', '127.0.0.1:0', '--base', BASE, '--load', 'source', '--load', 'demo',
];
const [told, meant] = await serving(FIXTURES, async (address) => [
  await canonical(await ofJsonLd(address)),
  await canonical(await ofNQuads(address)),
]);
const [inJsonLd, inNQuads] = [new Set(told), new Set(meant)];
const differences = [
  ...told.filter((line) => !inNQuads.has(line)).map((line) => `only in JSON-LD: ${line}`),
  ...meant.filter((line) => !inJsonLd.has(line)).map((line) => `only in N-Quads: ${line}`),
];
const counts = `${told.length} triples in JSON-LD, ${meant.length} in N-Quads`;
console.log(`jsonld.js: ${counts}, ${differences.length} differences`);
for (const difference of differences.slice(0, SHOWN_MAX)) console.log(difference);
if (differences.length > 0 || told.length < 1000) process.exitCode = 1;
