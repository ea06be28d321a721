import { vi } from 'vitest';
import type { RunningStack } from './running-stack.ts';

export interface Rendition {
  readonly variant: string;
  readonly format: string;
  readonly url: string;
  readonly expiresAt?: string;
  readonly width: number;
  readonly height: number;
  /** Null if it is made on its first request. */
  readonly bytes: number | null;
  readonly planned?: boolean;
  readonly atMost?: boolean;
}

export interface Ticket {
  readonly imageId: string;
  readonly key: string;
  readonly uploadUrl: string;
  readonly headers: Record<string, string>;
  readonly renditions: readonly { variant: string; format: string; url: string }[];
}

export interface Image {
  readonly imageId: string;
  readonly status: string;
  readonly progress: { done: number; total: number };
  readonly source?: { width: number; height: number; format: string; orientation: number };
  readonly placeholder?: string;
  readonly chosenFocus?: { x: number; y: number; by: string };
  readonly skipped?: readonly string[];
  readonly renditions: readonly Rendition[];
  readonly error?: { code: string; message: string };
  readonly attempts: number;
}

export interface Photo {
  readonly bytes: Uint8Array;
  readonly contentType?: string;
  readonly category?: string;
  readonly filename?: string;
  readonly metadata?: Record<string, string>;
  readonly enhance?: 'sharpen';
}

/** A seller app that uses only the HTTP contract. @param traceparent sent with each call, if given */
export function createSeller({
  apiUrl,
  apiKey,
  traceparent,
}: Pick<RunningStack, 'apiUrl' | 'apiKey'> & { readonly traceparent?: string }) {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        ...(traceparent && { traceparent }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T;
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }
  const image = (imageId: string) => call<Image>('GET', `/v1/images/${imageId}`);
  const complete = (imageId: string) => call<Image>('POST', `/v1/images/${imageId}/complete`);

  function ticket({ bytes, ...photo }: Photo): Promise<Ticket> {
    const common = { filename: 'photo', contentType: 'image/jpeg', category: 'product' };
    const request = { ...common, ...photo, contentLength: bytes.byteLength };
    return call<Ticket>('POST', '/v1/images/upload-url', request);
  }

  async function put({ uploadUrl, headers }: Ticket, bytes: Uint8Array): Promise<void> {
    const response = await fetch(uploadUrl, { method: 'PUT', headers, body: bytes as Uint8Array<ArrayBuffer> });
    if (!response.ok) throw new Error(`The upload answered ${response.status}: ${await response.text()}`);
  }

  /** Polls until the image has a final status. */
  async function ended(imageId: string): Promise<Image> {
    return vi.waitFor(async () => {
      const now = await image(imageId);
      if (['ready', 'rejected', 'failed', 'expired'].includes(now.status)) return now;
      throw new Error(`${imageId} is still ${now.status}`);
    });
  }

  /** Ticket, PUT, complete, and the final image. */
  async function upload(photo: Photo): Promise<{ ticket: Ticket; image: Image }> {
    const issued = await ticket(photo);
    await put(issued, photo.bytes);
    await complete(issued.imageId);
    return { ticket: issued, image: await ended(issued.imageId) };
  }

  return { call, ticket, put, complete, image, ended, upload };
}
