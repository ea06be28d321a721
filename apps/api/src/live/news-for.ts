import type { Cursors } from './cursor.ts';
import type { ImageState } from './image-state.ts';
import { createLiveEvent, type LiveEvent } from './live-event.ts';
import { canResume, type News, renditionName, type Seen } from './news.ts';

/**
 * The events that a listener lacks, given the state that it has and the image's state. No event is repeated or left
 * out, however the state came about: a state has all live renditions.
 *
 * @param seen undefined for a new listener, which starts with a snapshot
 */
export function newsFor(seen: Seen | undefined, state: ImageState, cursors: Cursors): News {
  const { news, known } = state.shared;
  const made = news.get(seen);
  if (made) return made;
  const { events, seen: next } = difference(seen, state, cursors);
  const id = cursors.encode(next, state.category);
  // Listeners that reach the same state by different events share one `Seen`, so that later events are computed once.
  const same = known.get(id) ?? next;
  known.set(id, same);
  news.set(seen, { events, seen: same });
  return { events, seen: same };
}

function difference(seen: Seen | undefined, state: ImageState, cursors: Cursors): News {
  const events: LiveEvent[] = [];
  let known = seen && canResume(seen, state) ? seen : undefined;

  function add(name: string, next: Seen, data: object): void {
    known = next;
    events.push(eventOf(state, name, cursors.encode(next, state.category), data));
  }

  const { status, revision, endId } = state;
  if (!known) {
    add('status', { status, revision, sent: new Set(state.renditions.map(renditionName)) }, state.body);
  } else if (known.status !== status && endId === undefined) {
    add('status', { ...known, status, revision: revision ?? known.revision }, state.body);
  }
  for (const rendition of state.renditions) {
    const { sent, status: last } = known as Seen;
    const name = renditionName(rendition);
    if (sent.has(name)) continue;
    add('rendition', { status: last, revision, sent: new Set([...sent, name]) }, rendition);
  }
  if (endId !== undefined) events.push(eventOf(state, status, endId, state.body, true));
  return { events, seen: known as Seen };
}

/** Listeners in the same state share the event and its text. */
function eventOf(
  { shared: { events } }: ImageState,
  name: string,
  id: string,
  data: object,
  isLast = false,
): LiveEvent {
  const key = `${name} ${id}`;
  const made = events.get(key) ?? createLiveEvent(name, id, data, isLast);
  events.set(key, made);
  return made;
}
