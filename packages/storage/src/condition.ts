import { unquoted } from './object-headers.ts';
import type { ObjectFacts, PutObject } from './object-storage.ts';

/** Whether a write has a condition. */
export const isConditional = ({ ifMatch, ifAbsent }: PutObject): boolean => ifMatch !== undefined || ifAbsent === true;

/** Whether the condition of a write holds for what is stored under its key now. */
export function conditionHolds({ ifMatch, ifAbsent }: PutObject, found: ObjectFacts | undefined): boolean {
  if (ifMatch === undefined) return !ifAbsent || found === undefined;
  return found !== undefined && unquoted(found.etag) === unquoted(ifMatch);
}
