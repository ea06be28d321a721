// A worker in a separate process that is killed while it processes one image: see crash-containment.test.ts.
import { createConsumerConnection } from '../connection/connection.ts';
import { createRenderWorker } from '../render/render-worker.ts';

const [redisUrl = '', prefix = '', poison = '', waitFor = '1'] = process.argv.slice(2);
const handsFull = Promise.withResolvers<void>();
let running = 0;

createRenderWorker({
  connection: createConsumerConnection(redisUrl),
  prefix,
  concurrency: 4,
  lockDurationMs: 1_000,
  onError: () => {},
  async handle({ imageId }) {
    running += 1;
    process.stdout.write(`${JSON.stringify({ imageId, running })}\n`);
    // The crash must affect exactly this many jobs.
    if (running === Number(waitFor)) handsFull.resolve();
    await handsFull.promise;
    if (imageId === poison) process.kill(process.pid, 'SIGKILL');
    await new Promise(setImmediate);
    running -= 1;
    return { outcome: 'ready' };
  },
});
