// What a query engine of the web does with the registry, done by Comunica: it asks the endpoint, as
// one that says what it is and as one that it finds out by itself, and it reads documents and joins
// them. Any surprise ends it with 1.

import assert from 'node:assert/strict';
import { QueryEngine } from '@comunica/query-sparql';
import { servingItself } from './serving.js';

const PREFIXES = `
  PREFIX pair: <http://virtual-assembly.org/ontologies/pair#>
  PREFIX cs: <https://w3id.org/codesocial/ns#>`;

await servingItself(async (base) => {
  const engine = new QueryEngine();
  console.log('Comunica:');

  /** The rows of an answer, each variable by its text. */
  const rows = async (query, sources) => {
    const bindings = await engine.queryBindings(`${PREFIXES} ${query}`, { sources, baseIRI: base });
    const all = await bindings.toArray();
    const row = (binding) => Object.fromEntries([...binding].map(([name, term]) => [name.value, term.value]));
    return all.map(row);
  };
  const check = async (told, query, sources, expected) => {
    assert.deepEqual(await rows(query, sources), expected, told);
    console.log(`  ${told} -> ${JSON.stringify(expected)}`);
  };

  const endpoint = `${base}sparql`;
  const count = 'SELECT (COUNT(?o) AS ?n) { ?o a pair:Organization }';
  await check('an endpoint', count, [{ type: 'sparql', value: endpoint }], [{ n: '39' }]);
  await check('an endpoint, found out', count, [endpoint], [{ n: '39' }]);
  const joined = `SELECT ?name { ?o cs:inTerritory <territories/pays-d-issoire> ;
    a pair:Organization ; pair:label ?name } ORDER BY ?name`;
  await check('a join', joined, [{ type: 'sparql', value: endpoint }], [
    { name: 'La Licorne' },
    { name: 'WeMob' },
  ]);

  const source = [{ type: 'sparql', value: endpoint }];
  assert.equal(await engine.queryBoolean('ASK { ?s ?p "no such text" }', { sources: source }), false);
  const construct = `${PREFIXES} CONSTRUCT { ?o pair:label ?name }
    WHERE { ?o a pair:Organization ; pair:label ?name }`;
  const quads = await (await engine.queryQuads(construct, { sources: source })).toArray();
  assert.equal(quads.length, 39);

  const documents = ['organizations/wemob', 'territories/pays-d-issoire'].map((path) => base + path);
  const across = `SELECT ?name ?territory { <organizations/wemob> pair:label ?name ;
    cs:inTerritory/pair:label ?territory }`;
  await check('two documents', across, documents, [
    { name: 'WeMob', territory: "Pays d'Issoire" },
  ]);
  const members = `SELECT (COUNT(?m) AS ?n) { <organizations> <http://www.w3.org/ns/ldp#contains> ?m }`;
  await check('a container', members, [`${base}organizations`], [{ n: '39' }]);
}, ['--load', 'source']);
