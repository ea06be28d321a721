import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './database.ts';
import { keyBytes, type ObjectAddress, type ObjectContent, parseObject, type StoredObject } from './stored-object.ts';

interface PutOptions {
  readonly modifiedAt: Date;
  /** Runs within the transaction. If it throws, the current object stays. No other write runs in between. */
  readonly beforeReplace: (current: StoredObject | undefined) => void;
}

export interface Objects {
  find(address: ObjectAddress): StoredObject | undefined;
  /** `orphans`: blobs that no row refers to any more. */
  put(
    address: ObjectAddress,
    content: ObjectContent,
    options: PutOptions,
  ): { object: StoredObject; orphans: readonly string[] };
  /** Returns the orphaned blobs; empty if there was no such object. */
  remove(address: ObjectAddress): readonly string[];
}

export function createObjects(database: DatabaseSync): Objects {
  const selectOne = database.prepare('SELECT * FROM objects WHERE bucket = ? AND key = ?');
  const replace = database.prepare(
    `INSERT OR REPLACE INTO objects (bucket, key, blob, size, etag, modified_at, headers, checksum)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  const deleteOne = database.prepare('DELETE FROM objects WHERE bucket = ? AND key = ? RETURNING blob');

  const find = ({ bucket, key }: ObjectAddress) => {
    const row = selectOne.get(bucket, keyBytes(key));
    return row && parseObject(row);
  };

  function write(address: ObjectAddress, content: ObjectContent, modifiedAt: Date): StoredObject {
    const { blob, size, etag, headers, checksum } = content;
    const row = replace.get(
      address.bucket,
      keyBytes(address.key),
      blob,
      size,
      etag,
      modifiedAt.getTime(),
      JSON.stringify(headers),
      checksum ? JSON.stringify(checksum) : null,
    );
    if (!row) throw new Error(`The row of ${address.key} was not returned.`);
    return parseObject(row);
  }

  return {
    find,
    put: (address, content, { modifiedAt, beforeReplace }) =>
      transaction(database, () => {
        const current = find(address);
        beforeReplace(current);
        return { object: write(address, content, modifiedAt), orphans: current ? [current.blob] : [] };
      }),
    remove: ({ bucket, key }) => deleteOne.all(bucket, keyBytes(key)).map((row) => String(row.blob)),
  };
}
