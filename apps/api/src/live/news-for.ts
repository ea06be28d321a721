import type { Cursors } from './cursor.ts';
import type { ImageState } from './image-state.ts';
import { createLiveEvent, type LiveEvent } from './live-event.ts';
import { goesOn, type News, renditionName, type Seen } from './news.ts';

/**
 * The events that a listener lacks, given the state that it has and the image's state. No event is repeated or left out,
 * however the state came about: a state has all live renditions.
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
  let known = seen && goesOn(seen, state) ? seen : undefined;

  function tell(name: string, next: Seen, data: object): void {
    known = next;
    events.push(eventOf(state, name, cursors.encode(next, state.category), data));
  }

  const { status, revision, endId } = state;
  if (!known) {
    tell('status', { status, revision, told: new Set(state.renditions.map(renditionName)) }, state.body);
  } else if (known.status !== status && endId === undefined) {
    tell('status', { ...known, status, revision: revision ?? known.revision }, state.body);
  }
  for (const rendition of state.renditions) {
    const { told, status: last } = known as Seen;
    const name = renditionName(rendition);
    if (told.has(name)) continue;
    tell('rendition', { status: last, revision, told: new Set([...told, name]) }, rendition);
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
