// url=… folder=… rounds=N: two devices in live replication with the server; a change of the first is awaited in the second.
import { options, say } from './common.js';
import { PouchDB } from './pouchdb.js';

const [here, there] = ['here', 'there'].map((name) => new PouchDB(`${options.folder}/${name}`));
for (const device of [here, there]) {
  await device.replicate.from(`${options.url}/vouchers`);
  device.sync(`${options.url}/vouchers`, { live: true, retry: true });
}
const seen = new Map();
there.changes({ live: true, since: 'now' }).on('change', ({ id, changes }) => seen.get(`${id} ${changes[0].rev}`)?.());
const { rows } = await here.allDocs({ include_docs: true, limit: Number(options.rounds) });
// Everything is at rest before the first measurement.
await new Promise((resolve) => setTimeout(resolve, 2000));
for (const { doc } of rows) {
  const begun = performance.now();
  const { rev } = await here.put({ ...doc, status: 'used' });
  await new Promise((resolve) => {
    seen.set(`${doc._id} ${rev}`, resolve);
    there.get(doc._id).then(({ _rev }) => _rev === rev && resolve(), () => {});
  });
  say({ milliseconds: performance.now() - begun });
  await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 30));
}
say({ done: true });
process.exit();
