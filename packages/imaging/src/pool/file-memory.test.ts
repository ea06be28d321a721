import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { writeFrame } from '../channel/frames.ts';
import { createFileMemory } from './file-memory.ts';

/** Beyond all buffers of a connection. */
const BYTES = 32 * 1024 * 1024;

/** A file that is being sent to a peer that does not read. */
async function sending() {
  const server = createServer({ pauseOnConnect: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const sender = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    sender.destroy();
    server.close();
  });
  sender.on('error', () => {});
  const [peer] = (await once(server, 'connection')) as [Socket];
  const files = createFileMemory();
  const file = new Uint8Array(BYTES).fill(7);
  writeFrame(sender, { do: 'hold' }, file, files.use(file));
  files.free(file);
  return { sender, peer, files, file };
}

test('a file that is being sent keeps its memory, and it arrives whole', async () => {
  const { sender, peer, files, file } = await sending();
  expect(file.byteLength).toBe(BYTES);
  sender.end();
  const arrived = Buffer.concat(await Array.fromAsync(peer));
  expect(arrived.subarray(-BYTES).every((byte) => byte === 7)).toBe(true);
  files.free(file);
  expect(file.byteLength).toBe(0);
});

test('a file can be freed after the connection was lost while it was sent', async () => {
  const { sender, peer, files, file } = await sending();
  peer.destroy();
  await new Promise((resolve) => sender.once('close', resolve));
  files.free(file);
  expect(file.byteLength).toBe(0);
});

test('two processes that get the same file each keep it', () => {
  const files = createFileMemory();
  const file = new Uint8Array(8);
  const [first, second] = [files.use(file), files.use(file)];
  first();
  files.free(file);
  expect(file.byteLength).toBe(8);
  second();
  files.free(file);
  expect(file.byteLength).toBe(0);
});

test('a part of a larger buffer is not freed', () => {
  const larger = new Uint8Array(8);
  createFileMemory().free(larger.subarray(2));
  expect(larger.byteLength).toBe(8);
});
