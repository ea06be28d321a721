import { once } from 'node:events';
import type { ImageView } from '@imagemill/images';
import { ImageId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createLiveHarness, type LiveHarness } from '../test-support/live-harness.ts';

const other = ImageId.parse(uuidv7());
const warnings: NonNullable<ImageView['warnings']> = [
  { code: 'location-removed' },
  { code: 'duplicate', of: other },
  { code: 'near-duplicate', of: other, bits: 3 },
];

let api: LiveHarness;
let image: Awaited<ReturnType<LiveHarness['ticket']>>;
beforeAll(async () => {
  api = await createLiveHarness();
  image = await api.ticket();
  await (await api.render(image.imageId)).end((made) => api.commit(made, warnings));
});
afterAll(() => api.close());

const pathOf = (rest: string) => `/v1/images/${image.imageId}${rest}`;
const textOf = async (path: string, key: string) =>
  (await fetch(`${api.base}${pathOf(path)}`, { headers: { authorization: `Bearer ${key}` } })).text();

async function overWebSocket(key: string): Promise<string> {
  const socket = new WebSocket(`${api.base.replace('http', 'ws')}${pathOf('/ws')}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const messages: string[] = [];
  socket.on('message', (data) => messages.push(String(data)));
  await once(socket, 'close');
  return messages.join('\n');
}

/** All that a follow token can read. */
const reads: Readonly<Record<string, (key: string) => Promise<string>>> = {
  status: (key) => textOf('', key),
  report: (key) => textOf('/report', key),
  'server-sent events': (key) => textOf('/events', key),
  WebSocket: overWebSocket,
};

describe.each(Object.entries(reads))('%s', (_name, read) => {
  test('shows a follow token every warning, without the ids of other images', async () => {
    const text = await read(image.token);
    for (const { code } of warnings) expect(text).toContain(`"code":"${code}"`);
    expect(text).not.toContain(other);
  });

  test('shows an API key which image a duplicate is of', async () => {
    expect(await read(api.keys.acme)).toContain(`"code":"duplicate","of":"${other}"`);
  });
});
