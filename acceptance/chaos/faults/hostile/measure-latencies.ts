import { setTimeout as delay } from 'node:timers/promises';
import { answerQuestions } from './client-program.ts';

const EVERY_MS = 100;
const TIMEOUT_MS = 30_000;

// A program of its own: it requests a URL ten times a second, whether or not earlier requests have been answered.
const [, , url = '', authorization = ''] = process.argv;
let taken: number[] = [];

async function measure(): Promise<void> {
  const since = performance.now();
  const ok = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
  // A failed request counts with the time limit.
  taken.push(ok ? performance.now() - since : TIMEOUT_MS);
}

answerQuestions({
  take() {
    const values = taken;
    taken = [];
    return values;
  },
});

for (;;) {
  void measure();
  await delay(EVERY_MS);
}
