// PouchDB as it is ordinarily used in Node: LevelDB on disk. `fsync` is LevelDB's choice, which is none for each write.
import { createRequire } from 'node:module';

export const PouchDB = createRequire(import.meta.url)('pouchdb');

/** Documents as PouchDB wants them: the id is `_id`. */
export const asDocuments = (vouchers) => vouchers.map(({ id, ...rest }) => ({ _id: id, ...rest }));
