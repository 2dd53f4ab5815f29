// url=… folder=… rows=FILE count=N limit=SECONDS: vouchers that were written on the device are replicated to an empty server.
import { batches, measure, options } from './common.js';
import { PouchDB, asDocuments } from './pouchdb.js';

const local = new PouchDB(`${options.folder}/device`);
for await (const batch of batches(options.rows, 1000, Number(options.count))) await local.bulkDocs(asDocuments(batch));
const remote = new PouchDB(`${options.url}/vouchers`);
const before = (await remote.info()).doc_count;
await measure(
  () => local.replicate.to(remote),
  async () => (await remote.info()).doc_count - before,
);
