// folder=… [rows=FILE count=N]: express-pouchdb over LevelDB, with those vouchers in the database `vouchers`.
import { createRequire } from 'node:module';
import express from 'express';
import { batches, options, say } from './common.js';
import { PouchDB, asDocuments } from './pouchdb.js';

const expressPouchDb = createRequire(import.meta.url)('express-pouchdb');
const Kept = PouchDB.defaults({ prefix: `${options.folder}/` });
const vouchers = new Kept('vouchers');
if (options.rows) {
  for await (const batch of batches(options.rows, 1000, Number(options.count))) {
    await vouchers.bulkDocs(asDocuments(batch));
  }
}
const app = express();
app.use(expressPouchDb(Kept, { inMemoryConfig: true, logPath: `${options.folder}/log.txt` }));
const server = app.listen(0, '127.0.0.1', () => say({ ready: `http://127.0.0.1:${server.address().port}` }));
