/** The documented parts of a response. */
export interface ReadAnswer {
  readonly mediaType: string;
  readonly body: unknown;
  /** The code of a problem. */
  readonly code: string;
}

/** @returns the body, read from a copy, so that tests can read the original */
export async function readAnswer(response: Response): Promise<ReadAnswer> {
  const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  // A stream ends when its reader disconnects; a copy would hide that.
  if (mediaType === 'text/event-stream') return { mediaType, body: '', code: '' };
  const text = await decompressed(response.clone()).text();
  if (text === '') return { mediaType, body: undefined, code: '' };
  const body: unknown = /[/+]json$/.test(mediaType) ? JSON.parse(text) : text;
  const code = mediaType === 'application/problem+json' ? String((body as { code?: unknown }).code) : '';
  return { mediaType, body, code };
}

/** The response to an accepted WebSocket has no status until the server handles the upgrade. */
export const isAcceptedUpgrade = (request: Request, response: Response) =>
  request.headers.get('upgrade')?.toLowerCase() === 'websocket' && response.status === 200 && response.body === null;

function decompressed(response: Response): Response {
  if (response.headers.get('content-encoding') !== 'gzip' || !response.body) return response;
  return new Response(response.body.pipeThrough(new DecompressionStream('gzip')));
}
