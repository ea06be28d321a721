import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostile } from '@imagemill/imaging/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { describeMemory, watchMemory } from './chaos/faults/hostile/process-memory.ts';
import { finalStates } from './chaos/judge/final-states.ts';
import { createApi, putUpload } from './chaos/load/api.ts';
import { startChaosStack } from './chaos/stack/chaos-stack.ts';

const MIB = 1024 * 1024;
const WORKER_MEMORY_MB = 1_620;
const ENDS_WITHIN_MS = 600_000;

test.runIf(process.platform === 'linux')(
  'ten hostile files at once leave a worker within WORKER_MEMORY_MB, and each gets a final status',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'imagemill-hostile-memory-'));
    const workerEnv = () => ({
      WORKER_MEMORY_MB: String(WORKER_MEMORY_MB),
      ENGINE_PROCESSES: '3',
      WORKER_CONCURRENCY: '10',
      // Room for originals is reserved for each job: with the default, most of the files would be rejected by their header.
      MAX_UPLOAD_BYTES: String(16 * MIB),
    });
    const stack = await startChaosStack(dir, { workers: 1, workerEnv }, () => [0]);
    const [worker] = stack.workers;
    const memory = watchMemory(() => worker?.pid);
    onTestFinished(async () => {
      await memory.stop();
      await stack.close();
      await rm(dir, { recursive: true });
    });
    const api = createApi(stack);
    const pictures = (await hostile.hostilePictures(1)).slice(0, 10);
    const imageIds: string[] = [];
    for (const { contentType, bytes } of pictures) {
      const ticket = await api.ticket({
        filename: 'hostile',
        category: 'product',
        contentType,
        contentLength: bytes.byteLength,
      });
      await putUpload(ticket, Buffer.from(bytes));
      imageIds.push(ticket.imageId);
    }
    await Promise.all(imageIds.map((imageId) => api.complete(imageId)));
    const states = await finalStates(api, imageIds, ENDS_WITHIN_MS, new AbortController().signal);
    expect(imageIds.map((imageId) => states.get(imageId)?.status)).toEqual(
      imageIds.map(() => expect.stringMatching(/^(ready|rejected)$/)),
    );
    console.log(`peak memory of the worker: ${describeMemory(memory)} of ${WORKER_MEMORY_MB}`);
    expect(memory.peak.chargedBytes).toBeLessThan(WORKER_MEMORY_MB * MIB);
    expect(worker?.exits).toEqual([]);
  },
);
