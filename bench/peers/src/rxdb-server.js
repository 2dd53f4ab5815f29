// [rows=FILE count=N]: the plain HTTP handler of RxDB's manual, over documents in memory in the order of their last change.
import { createServer } from 'node:http';
import { batches, options, say } from './common.js';

const vouchers = new Map();
let ordered = [];
const put = (voucher) => {
  const place = ordered.length;
  ordered.push(voucher.id);
  vouchers.set(voucher.id, { voucher, place });
};
if (options.rows) for await (const batch of batches(options.rows, 1000, Number(options.count))) batch.forEach(put);

const body = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts));
};

function pull(from, limit) {
  const documents = [];
  let place = from;
  for (; place < ordered.length && documents.length < limit; place += 1) {
    const { voucher, place: newest } = vouchers.get(ordered[place]);
    if (newest === place) documents.push({ ...voucher, _deleted: false });
  }
  return { documents, checkpoint: { place } };
}

/** The master's state of each that somebody changed meanwhile; the rest is taken. */
function push(changes) {
  const conflicts = [];
  for (const { newDocumentState, assumedMasterState } of changes) {
    const master = vouchers.get(newDocumentState.id)?.voucher;
    if (master && master.row_version !== assumedMasterState?.row_version) conflicts.push(master);
    else put(newDocumentState);
  }
  return conflicts;
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const answer = {
    '/pull': () => pull(Number(url.searchParams.get('place')), Number(url.searchParams.get('limit'))),
    '/push': async () => push(await body(request)),
    '/count': () => vouchers.size,
  }[url.pathname];
  response.setHeader('content-type', 'application/json').end(JSON.stringify(await answer()));
});
server.listen(0, '127.0.0.1', () => say({ ready: `http://127.0.0.1:${server.address().port}` }));
