import { createImagemill, UploadError } from '@imagemill/client';
import { describe, expect, test, vi } from 'vitest';
import { answerOf, bytes, methods, useStorageResponses, withLength } from './storage-responses.ts';

const { api, clientWithResponses } = useStorageResponses();

describe('a network loss', () => {
  const lost = () => new TypeError('fetch failed');

  test.each(methods)('%s: costs no attempt, and progress reports it until the network is back', async (method) => {
    const seen: boolean[] = [];
    const onProgress = ({ offline }: { offline: boolean }) => void (offline !== seen.at(-1) && seen.push(offline));
    const { upload, sent } = clientWithResponses([lost(), lost()], { attemptsMax: 1 });
    expect(await upload(method, { onProgress })).toMatchObject({ status: 'queued' });
    expect(seen).toEqual([false, true, false]);
    expect(sent).toHaveLength(3);
  });

  test('fails the upload after a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const onResponse = () => vi.setSystemTime(Date.now() + 31_000);
    const { upload, sent } = clientWithResponses([lost(), lost(), lost()], { attemptsMax: 1, onResponse });
    await expect(upload('PUT')).rejects.toMatchObject({ code: 'network', retryable: true });
    expect(sent).toHaveLength(3);
  });

  test('is not assumed for an address that has never answered', async () => {
    const client = createImagemill({ baseUrl: 'http://127.0.0.1:1', attemptsMax: 2 });
    const upload = client.upload(bytes, { category: 'product', filename: 'a.jpg' });
    await expect(upload).rejects.toMatchObject({ code: 'network', retryable: true });
  });
});

test('a failed upload resumes with its idempotency key: same image, only the missing parts', async () => {
  const MIB = 1024 * 1024;
  const large = new Blob([new Uint8Array(8 * MIB), bytes]);
  let isBroken = true;
  const sent: string[] = [];
  let firstIsThere = () => {};
  const first = new Promise<void>((resolve) => {
    firstIsThere = resolve;
  });
  const breaking = async (input: string, init: RequestInit = {}) => {
    if (input.startsWith('/')) return api.app.request(input, withLength(init));
    const part = new URL(input).searchParams.get('partNumber') ?? '';
    if (isBroken && part === '2') {
      await first;
      return answerOf({ status: 501, code: 'NotImplemented' });
    }
    const response = await fetch(input, init);
    sent.push(part);
    if (part === '1') firstIsThere();
    return response;
  };
  const client = createImagemill({ baseUrl: '', apiKey: api.keys.acme, fetch: breaking as typeof fetch });
  const ids: string[] = [];
  const again = () =>
    client.upload(large, {
      category: 'product',
      filename: 'a.jpg',
      method: 'MULTIPART',
      wait: 'uploaded',
      idempotencyKey: 'the-same',
      onTicket: ({ imageId }) => void ids.push(imageId),
    });
  await expect(again()).rejects.toBeInstanceOf(UploadError);
  isBroken = false;
  expect(await again()).toMatchObject({ status: 'queued' });
  expect(await again()).toMatchObject({ status: 'queued' });
  expect(sent).toEqual(['1', '2']);
  expect(new Set(ids).size).toBe(1);
});
