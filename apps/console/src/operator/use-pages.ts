import { useCallback, useState } from 'preact/hooks';
import { usePolled } from '../ui/use-polled.ts';

const EVERY_MS = 3_000;

type Cursor = number | string;

interface Page<C extends Cursor> {
  readonly nextCursor?: C | undefined;
}

/** A paginated list of the API, polled; cursors lead to older pages and back. */
export function usePages<C extends Cursor, P extends Page<C>>(
  ask: (cursor: C | undefined, signal: AbortSignal) => Promise<P & Page<C>>,
) {
  const [cursors, setCursors] = useState<readonly C[]>([]);
  const cursor = cursors.at(-1);
  const askPage = useCallback((signal: AbortSignal) => ask(cursor, signal), [ask, cursor]);
  const polled = usePolled(askPage, EVERY_MS);
  const next = polled.value?.nextCursor;
  return {
    ...polled,
    older: next === undefined ? undefined : () => setCursors([...cursors, next]),
    newer: cursors.length === 0 ? undefined : () => setCursors(cursors.slice(0, -1)),
  };
}
