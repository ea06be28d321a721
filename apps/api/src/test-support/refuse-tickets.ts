import type { ImageId } from '@imagemill/variants';
import { vi } from 'vitest';
import { createApiHarness } from './api-harness.ts';
import type { Apis } from './provoke.ts';

interface TicketCall {
  readonly path: string;
  /** One accepted request. */
  readonly request: object;
  /** One valid request of the operation. */
  readonly bodyOf?: (request: object) => object;
  readonly bad: readonly object[];
}

export const badUploads = [
  ...[{ contentLength: 0 }, { contentLength: 2_000_000 }, { contentType: '!' }],
  ...[{ checksumSha256: '!' }, { filename: '../x' }, { category: '!' }, { key: '!' }, { filename: undefined }],
];
export const badImports = [
  { checksumSha256: '!' },
  { url: 'file:///x' },
  { filename: '../x' },
  { category: '!' },
  { key: '!' },
  { url: undefined },
];

/** Brings about every error of an operation that issues tickets, and the repetition of a request. */
export async function refuseTickets(
  { sound, withoutStorage }: Apis,
  { path, request, bodyOf = (same) => same, bad }: TicketCall,
): Promise<void> {
  const ask = (more: object = {}, headers = {}, api = sound) =>
    api.call('POST', path, bodyOf({ ...request, ...more }), api.keys.acme, headers);
  for (const each of bad) await ask(each);
  await ask({}, { 'idempotency-key': ' ' });
  const key = { 'idempotency-key': path };
  const { body } = await ask({}, key);
  await ask({ metadata: { other: 'one' } }, key);
  const [{ imageId }] = (body.tickets ?? [body]) as [{ imageId: string }];
  await sound.redis.del(`${sound.prefix}:render:${imageId}`);
  await ask({}, key, withoutStorage);
  await ask({}, key);
  await sound.call('DELETE', `/v1/images/${imageId}`);
  await ask({}, key);
  const limits = [
    { RATE_LIMIT_TICKETS: 1, RATE_LIMIT_WINDOW_SECONDS: 60 },
    { MAX_UNFINISHED_IMAGES: 1 },
    { MAX_BACKLOG: 1 },
  ];
  for (const env of limits) {
    const limited = await createApiHarness({ env });
    await vi.waitUntil(async () => {
      const { status, body: answer } = await ask({}, {}, limited);
      const issued = (answer.tickets ?? [answer]) as { imageId: ImageId }[];
      if (status < 300) for (const one of issued) await limited.queue.reportUpload(one.imageId);
      return status === 429;
    });
    await limited.close();
  }
}
