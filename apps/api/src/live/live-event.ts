/** One event for all listeners, in both formats. Its text is made once. */
export interface LiveEvent {
  readonly name: string;
  /** The position for resuming after it: see cursor.ts. */
  readonly id: string;
  /** Nothing comes after it. */
  readonly isLast: boolean;
  /** As an event of a `text/event-stream`. */
  sse(): Uint8Array;
  /** As a message of a WebSocket. */
  json(): string;
}

/** @param data serialised when first sent */
export function createLiveEvent(name: string, id: string, data: object, isLast = false): LiveEvent {
  let sse: Uint8Array | undefined;
  let json: string | undefined;
  return {
    name,
    id,
    isLast,
    sse() {
      sse ??= Buffer.from(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
      return sse;
    },
    json() {
      json ??= `{"event":${JSON.stringify(name)},"id":${JSON.stringify(id)},"data":${JSON.stringify(data)}}`;
      return json;
    },
  };
}
