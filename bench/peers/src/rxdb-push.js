// url=… rows=FILE count=N limit=SECONDS: vouchers that were written on the device are replicated to an empty server.
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { batches, measure, options, say } from './common.js';
import { vouchersOf } from './rxdb.js';

const collection = await vouchersOf('push');
for await (const batch of batches(options.rows, 1000, Number(options.count))) await collection.bulkInsert(batch);
const handler = async (changes) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${options.url}/push`, { method: 'POST', headers, body: JSON.stringify(changes) });
  return response.json();
};
const held = async () => (await fetch(`${options.url}/count`)).json();
const before = await held();
const replicate = () => {
  const replication = replicateRxCollection({ collection, replicationIdentifier: 'push', live: false, push: { handler, batchSize: 1000 } });
  replication.error$.subscribe((error) => say({ error: String(error) }));
  return replication.awaitInitialReplication();
};
await measure(replicate, async () => (await held()) - before);
