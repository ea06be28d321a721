import { ImageId } from '@imagemill/variants';
import { vi } from 'vitest';
import { UploadTicket } from '../tickets/upload-ticket.ts';
import { type ApiHarness, photo } from './api-harness.ts';

/** An image as a worker left it, without renditions. @param revision of its manifest */
export async function readyImage(api: ApiHarness, revision: string, request: object = photo): Promise<UploadTicket> {
  const ticket = UploadTicket.parse((await api.call('POST', '/v1/images/upload-url', request)).body);
  await fetch(ticket.uploadUrl, { method: 'PUT', headers: ticket.headers, body: 'hello' });
  const id = ImageId.parse(ticket.imageId);
  await api.queue.reportUpload(id);
  await api.work(
    async ({ imageId, tenant, category, originalKey, createdAt, focus, enhance }) => {
      const identity = { imageId, tenant, category, originalKey, filename: '', metadata: {}, focus, enhance } as const;
      const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
      const made = { placeholder: '', dominantColour: '#000000', renditions: [], timingsMs: {} };
      const source = { ...size, format: 'jpeg', sha256: '' } as const;
      const ready = { status: 'ready', readyAt: createdAt, revision, originalEtag: '"e"', source } as const;
      await api.manifests.publish({ ...identity, ...ready, ...made, attempts: 1, createdAt }, undefined);
      return { outcome: 'ready' };
    },
    () => vi.waitUntil(async () => (await api.queue.find(id))?.status === 'ready'),
  );
  return ticket;
}
