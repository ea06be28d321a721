// Sends hostile requests at an even rate, in a separate process, until its parent disconnects. Answers each message with the number that it has sent.
import { randomBytes, randomInt } from 'node:crypto';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { v7 as uuidv7 } from 'uuid';

const [url = '', imageId = '', revision = '', rate = ''] = process.argv.slice(2);
const ATTACKER_NICE = 19;
const AT_ONCE_MAX = 3;
setPriority(ATTACKER_NICE);
const pool = new Pool(url, { connections: 64 });
let sent = 0;

/** A planned rendition of an image that does not exist: nothing in its path gives that away. */
function unknown(): string {
  const id = uuidv7();
  return `/images/${id.slice(-2)}/${id}/${revision}/only.webp`;
}

const kinds = [
  () => send(`/images/${imageId}?w=${randomInt(1, 9_999)}&h=${randomInt(1, 9_999)}`),
  () => send(`/images/${imageId}?w=800&kid=bench&s=${randomBytes(32).toString('base64url')}`),
  () => send(unknown()),
  () => send(`/images/${uuidv7()}/only`),
  () => send(unknown(), AbortSignal.timeout(1)),
];

/** Refusals and aborted connections are what an attack expects. */
const send = (path: string, signal?: AbortSignal) =>
  pool.request({ path, method: 'GET', ...(signal && { signal }) }).then(
    ({ body }) => body.dump(),
    () => {},
  );

process.once('disconnect', () => process.exit());
process.on('message', () => process.send?.(sent));
const start = performance.now();
for (let scheduled = 0; ; await delay(1)) {
  const due = Math.ceil(((performance.now() - start) / 1000) * Number(rate));
  // What this process could not send in time is left out: machines elsewhere would not have sent it in one burst.
  scheduled = Math.max(scheduled, due - AT_ONCE_MAX);
  for (; scheduled < due; scheduled++) {
    void kinds[sent % kinds.length]?.();
    sent += 1;
  }
}
