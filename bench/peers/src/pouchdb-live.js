// url=… folder=… : two devices in live replication with the server. For each line of the input a change of the first is awaited in
// the second.
import { createInterface } from 'node:readline';
import { options, say } from './common.js';
import { PouchDB } from './pouchdb.js';

const [here, there] = ['here', 'there'].map((name) => new PouchDB(`${options.folder}/${name}`));
for (const device of [here, there]) {
  await device.replicate.from(`${options.url}/vouchers`);
  device.sync(`${options.url}/vouchers`, { live: true, retry: true });
}
const seen = new Map();
const arrived = (id, rev) => seen.get(`${id} ${rev}`)?.();
there.changes({ live: true, since: 'now' }).on('change', ({ id, changes }) => arrived(id, changes[0].rev));
const { rows } = await here.allDocs({ include_docs: true });
say({ ready: true });
for await (const _ of createInterface({ input: process.stdin })) {
  const { doc } = rows.shift();
  const begun = performance.now();
  const { rev } = await here.put({ ...doc, status: 'used' });
  await new Promise((resolve) => {
    seen.set(`${doc._id} ${rev}`, resolve);
    // It may have arrived before anybody waited for it.
    there.get(doc._id).then(({ _rev }) => arrived(doc._id, _rev));
  });
  say({ milliseconds: performance.now() - begun });
}
process.exit();
