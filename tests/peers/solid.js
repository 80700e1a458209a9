// What Solid programs do, done by the client library that they are written with.
//
// @inrupt/solid-client creates, reads, patches, lists and deletes documents, containers and files
// with a person's token; each request is told. Any surprise ends it with 1.

import assert from 'node:assert/strict';
import {
  addStringNoLocale, buildThing, createContainerAt, createSolidDataset, createThing,
  deleteContainer, deleteFile, deleteSolidDataset, getContainedResourceUrlAll, getFile,
  getSolidDataset, getStringNoLocale, getThing, saveFileInContainer, saveSolidDatasetAt,
  saveSolidDatasetInContainer, setStringNoLocale, setThing, universalAccess,
} from '@inrupt/solid-client';
import { servingItself, toldFetch } from './serving.js';

const TITLE = 'http://purl.org/dc/terms/title';

await servingItself(async (base, token) => {
  const fetch = toldFetch(base, token);
  console.log('@inrupt/solid-client:');

  const folder = `${base}sandbox/inrupt/`;
  await createContainerAt(folder, { fetch });

  const url = `${folder}note`;
  const thing = buildThing(createThing({ url })).addStringNoLocale(TITLE, 'Une note').build();
  await saveSolidDatasetAt(url, setThing(createSolidDataset(), thing), { fetch });

  let note = await getSolidDataset(url, { fetch });
  assert.equal(getStringNoLocale(getThing(note, url), TITLE), 'Une note');
  note = setThing(note, setStringNoLocale(getThing(note, url), TITLE, 'La note'));
  await saveSolidDatasetAt(url, note, { fetch });
  note = await getSolidDataset(url, { fetch });
  assert.equal(getStringNoLocale(getThing(note, url), TITLE), 'La note');

  const other = addStringNoLocale(createThing({ name: 'it' }), TITLE, 'Une autre');
  const posted = await saveSolidDatasetInContainer(
    folder, setThing(createSolidDataset(), other), { slugSuggestion: 'Une autre', fetch },
  );
  const named = posted.internal_resourceInfo.sourceIri;
  assert.equal(named, `${folder}une-autre`);

  const bytes = new Blob(['des octets'], { type: 'text/x-note' });
  const file = await saveFileInContainer(folder, bytes, { slug: 'octets.note', fetch });
  const fileUrl = file.internal_resourceInfo.sourceIri;
  const read = await getFile(fileUrl, { fetch });
  assert.equal(await read.text(), 'des octets');
  assert.equal(read.type, 'text/x-note');

  const listing = await getSolidDataset(folder, { fetch });
  assert.deepEqual(getContainedResourceUrlAll(listing).sort(), [url, fileUrl, named].sort());

  const access = await universalAccess.getPublicAccess(url, { fetch });
  assert.equal(access?.read, true, 'the access document of the sandbox is found and understood');

  await deleteFile(fileUrl, { fetch });
  await deleteSolidDataset(named, { fetch });
  await deleteSolidDataset(url, { fetch });
  await deleteContainer(folder, { fetch });
  await assert.rejects(getSolidDataset(url, { fetch }), /410/);
  await assert.rejects(createContainerAt(`${base}sandbox/nobody/`), /401/);
});
