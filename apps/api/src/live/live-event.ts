import { withoutOtherImages } from '@imagemill/images';

/**
 * One event for all listeners, in both formats. Its text is made once for followers with an API key, and once for those with a follow token
 * (`byToken`), which see no ids of other images.
 */
export interface LiveEvent {
  readonly name: string;
  /** The position for resuming after it: see cursor.ts. */
  readonly id: string;
  /** Nothing comes after it. */
  readonly isLast: boolean;
  /** As an event of a `text/event-stream`. */
  sse(byToken: boolean): Uint8Array;
  /** As a message of a WebSocket. */
  json(byToken: boolean): string;
}

/** @param data serialised when first sent */
export function createLiveEvent(name: string, id: string, data: object, isLast = false): LiveEvent {
  const text = (byToken: boolean) => JSON.stringify(byToken ? withoutOtherImages(data) : data);
  return {
    name,
    id,
    isLast,
    sse: madeOnce((byToken) => Buffer.from(`event: ${name}\nid: ${id}\ndata: ${text(byToken)}\n\n`)),
    json: madeOnce((byToken) => `{"event":${JSON.stringify(name)},"id":${JSON.stringify(id)},"data":${text(byToken)}}`),
  };
}

function madeOnce<Made>(make: (byToken: boolean) => Made): (byToken: boolean) => Made {
  const made = new Map<boolean, Made>();
  return (byToken) => {
    const event = made.get(byToken) ?? make(byToken);
    made.set(byToken, event);
    return event;
  };
}
