// url=… limit=SECONDS: replicates the server's vouchers into an empty collection.
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { measure, options, say } from './common.js';
import { vouchersOf } from './rxdb.js';

const collection = await vouchersOf('pull');
const handler = async (checkpoint, limit) => {
  const response = await fetch(`${options.url}/pull?place=${checkpoint?.place ?? 0}&limit=${limit}`);
  return response.json();
};
const replicate = () => {
  const replication = replicateRxCollection({ collection, replicationIdentifier: 'pull', live: false, pull: { handler, batchSize: 1000 } });
  replication.error$.subscribe((error) => say({ error: String(error) }));
  return replication.awaitInitialReplication();
};
await measure(replicate, () => collection.count().exec());
