import { answerQuestions } from './client-program.ts';
import { hostileRequests } from './hostile-requests.ts';

// A program of its own: it sends all hostile requests, from when it is asked to.
const [, , apiUrl = '', uploadKey = ''] = process.argv;
const over = new AbortController();
const counts: Record<string, number> = {};

answerQuestions({
  begin() {
    for (const attack of hostileRequests) {
      counts[attack.name] = 0;
      function onSent(): void {
        counts[attack.name] = (counts[attack.name] ?? 0) + 1;
      }
      void attack.run({ apiUrl, uploadKey, signal: over.signal, onSent });
    }
  },
  end() {
    over.abort();
    return counts;
  },
});
