// url=… folder=… limit=SECONDS: replicates the server's vouchers into an empty database.
import { measure, options } from './common.js';
import { PouchDB } from './pouchdb.js';

const local = new PouchDB(`${options.folder}/device`);
await measure(
  () => local.replicate.from(`${options.url}/vouchers`),
  async () => (await local.info()).doc_count,
);
