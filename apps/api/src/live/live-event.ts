/** One event as every listener gets it, over whatever it listens by. Its text is made once for all of them. */
export interface LiveEvent {
  readonly name: string;
  /** Where a listener that has it goes on: see cursor.ts. */
  readonly id: string;
  /** Nothing comes after it. */
  readonly isLast: boolean;
  /** As an event of a `text/event-stream`. */
  sse(): Uint8Array;
  /** As a message of a WebSocket. */
  json(): string;
}

/** @param data turned into JSON when it is first sent */
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
