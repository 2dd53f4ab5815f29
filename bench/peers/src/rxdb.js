// RxDB over its memory storage, the fastest one that is free and runs in Node. It keeps nothing on disk.
import { createRxDatabase } from 'rxdb';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';

const text = { type: 'string' };

/** An empty collection of vouchers. Their own fields are free; RxDB is told of those that it needs. */
export async function vouchersOf(name) {
  const database = await createRxDatabase({ name, storage: getRxStorageMemory(), multiInstance: false, eventReduce: true });
  const schema = {
    version: 0,
    primaryKey: 'id',
    type: 'object',
    properties: {
      id: { type: 'string', maxLength: 36 },
      row_version: { type: 'number' },
      code: text,
      status: text,
      payment: text,
      template: text,
      person_hash: text,
      expires_on: { type: ['string', 'null'] },
      expires_at: { type: ['string', 'null'] },
      snapshot: { type: 'object' },
      sold: { type: 'object' },
      since: { type: 'object' },
      person: { type: ['object', 'null'] },
    },
    required: ['id', 'row_version'],
  };
  await database.addCollections({ vouchers: { schema } });
  return database.vouchers;
}
