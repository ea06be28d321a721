// Stands in for the Node runtime of AWS Lambda: loads the bundle in argument 1 and calls its handlers, one invocation at a time.
import { pathToFileURL } from 'node:url';
import type { Invocation } from './environment.ts';

const [, , bundle = ''] = process.argv;
const handlers = await import(pathToFileURL(bundle).href);

process.on('message', async ({ handler, event, remainingMs }: Invocation) => {
  const endsAt = performance.now() + remainingMs;
  const context = { getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())) };
  try {
    process.send?.({ result: await handlers[handler](event, context) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send?.({ result: 'ready' });
