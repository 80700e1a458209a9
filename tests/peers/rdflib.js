// What programs of the web do with linked data, done by rdflib.js.
//
// It creates, reads, patches, lists and deletes documents with a person's token; each request
// is told. Any surprise ends it with 1.

import assert from 'node:assert/strict';
import { Fetcher, UpdateManager, graph, lit, st, sym } from 'rdflib';
import { servingItself, toldFetch } from './serving.js';

const TITLE = sym('http://purl.org/dc/terms/title');
const CONTAINS = sym('http://www.w3.org/ns/ldp#contains');

await servingItself(async (base, token) => {
  const fetch = toldFetch(base, token);
  console.log('rdflib:');

  /** What a client that knows nothing yet reads. */
  const fresh = () => {
    const store = graph();
    const fetcher = new Fetcher(store, { fetch });
    return { store, fetcher, updater: new UpdateManager(store) };
  };

  const folder = sym(`${base}sandbox/rdflib`);
  const note = sym(`${base}sandbox/rdflib/note`);
  const { fetcher, store } = fresh();
  await fetcher.createContainer(`${base}sandbox/`, 'rdflib');

  store.add(note, TITLE, lit('Une note'), note);
  await fetcher.putBack(note);

  const reader = fresh();
  await reader.fetcher.load(note);
  assert.equal(reader.store.anyValue(note, TITLE, null, note), 'Une note');

  const old = reader.store.statementsMatching(note, TITLE, null, note);
  await reader.updater.updateMany(old, [st(note, TITLE, lit('La note'), note)]);
  const again = fresh();
  await again.fetcher.load(note);
  assert.equal(again.store.anyValue(note, TITLE, null, note), 'La note');

  await again.fetcher.load(folder);
  const members = again.store.each(folder, CONTAINS, null, folder).map((member) => member.value);
  assert.deepEqual(members, [note.value]);

  await again.fetcher.webOperation('DELETE', note.value);
  await again.fetcher.webOperation('DELETE', folder.value);
  await assert.rejects(fresh().fetcher.load(note), (error) => error.status === 410);
});
