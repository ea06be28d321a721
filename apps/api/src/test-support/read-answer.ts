/** What of an answer the document speaks of. */
export interface ReadAnswer {
  readonly mediaType: string;
  readonly body: unknown;
  /** Of a problem. */
  readonly code: string;
}

/** @returns its body read from a copy, so that a test can read it, too */
export async function readAnswer(response: Response): Promise<ReadAnswer> {
  const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  // It ends when its reader goes away, which a copy would keep it from noticing.
  if (mediaType === 'text/event-stream') return { mediaType, body: '', code: '' };
  const text = await decompressed(response.clone()).text();
  if (text === '') return { mediaType, body: undefined, code: '' };
  const body: unknown = /[/+]json$/.test(mediaType) ? JSON.parse(text) : text;
  const code = mediaType === 'application/problem+json' ? String((body as { code?: unknown }).code) : '';
  return { mediaType, body, code };
}

/** The answer to a WebSocket that is let in has no status of its own before the server takes it over. */
export const isUpgrade = (request: Request, response: Response) =>
  request.headers.get('upgrade')?.toLowerCase() === 'websocket' && response.ok;

function decompressed(response: Response): Response {
  if (response.headers.get('content-encoding') !== 'gzip' || !response.body) return response;
  return new Response(response.body.pipeThrough(new DecompressionStream('gzip')));
}
