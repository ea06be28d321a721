import { objectChanged } from './errors.ts';
import { KNOWN_STATUSES, meaningOf, objectFacts } from './object-answer.ts';
import { objectBody } from './object-body.ts';
import { METADATA_HEADER } from './object-headers.ts';
import type { ObjectFacts } from './object-storage.ts';
import type { Reads } from './sdk-reads.ts';
import { type DirectResponse, discardBody, errorCodeOf, type SendDirect } from './send-direct.ts';

/** Reads whose first attempt does not go through the SDK. Every failure goes to `sdk`. @throws StorageError */
export function createDirectReads(send: SendDirect, sdk: Reads): Reads {
  return {
    async head(key, options = {}) {
      const response = await send({ method: 'HEAD', key, signal: options.signal }, [200, 404]);
      if (!response) return sdk.head(key, options);
      discardBody(response);
      return meaningOf(response.statusCode, undefined) ? undefined : factsOf(response);
    },

    async open(key, options = {}) {
      const { signal, ifMatch, range } = options;
      const headers = {
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(range && { range: `bytes=${range.start}-${range.end}` }),
      };
      const response = await send({ method: 'GET', key, headers, signal }, KNOWN_STATUSES);
      if (!response) return sdk.open(key, options);
      if (response.statusCode < 400) {
        const facts = factsOf(response);
        return { facts, body: objectBody(response.body, facts.sizeBytes, signal) };
      }
      const code = await errorCodeOf(response, signal);
      const meaning = meaningOf(response.statusCode, code);
      if (meaning === 'condition-failed') throw objectChanged(new Error(code));
      return meaning === 'absent' ? undefined : sdk.open(key, options);
    },
  };
}

function factsOf({ headers }: DirectResponse): ObjectFacts {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(METADATA_HEADER) ? [[name.slice(METADATA_HEADER.length), value]] : [],
  );
  return objectFacts({
    etag: headers.etag,
    sizeBytes: Number(headers['content-length'] ?? 0),
    contentType: headers['content-type'],
    cacheControl: headers['cache-control'],
    metadata: Object.fromEntries(metadata),
  });
}
