import { setTimeout as delay } from 'node:timers/promises';
import { hostile } from '@imagemill/imaging/test-support';
import { createApi, putUpload } from '../../load/api.ts';
import { answerQuestions } from './client-program.ts';

/** Uploads at once. */
const SENDERS = 4;
const PAUSE_MS = 100;

// A program of its own: it uploads hostile pictures, one after the other, from when it is asked to.
const [, , apiUrl = '', uploadKey = '', scale = '1', timesMax = '1'] = process.argv;
const api = createApi({ apiUrl, uploadKey, adminKey: '' });
const over = new AbortController();
const sent: string[] = [];
let refused = 0;
let pictures: readonly hostile.HostilePicture[] = [];
let sending: Promise<unknown> = Promise.resolve();

async function sender(first: number): Promise<void> {
  for (let index = first; !over.signal.aborted && index < pictures.length * Number(timesMax); index += SENDERS) {
    const { contentType, bytes } = pictures[index % pictures.length] as hostile.HostilePicture;
    const request = { filename: 'hostile', contentType, contentLength: bytes.byteLength, category: 'product' };
    try {
      const ticket = await api.ticket(request);
      await putUpload(ticket, Buffer.from(bytes));
      sent.push(ticket.imageId);
      await api.complete(ticket.imageId);
    } catch {
      // For example by a rate limit: the next one follows.
      refused += 1;
    }
    await delay(PAUSE_MS, undefined, { signal: over.signal }).catch(() => {});
  }
}

answerQuestions({
  async prepare() {
    pictures = await hostile.hostilePictures(Number(scale));
  },
  begin() {
    sending = Promise.all(Array.from({ length: SENDERS }, (_, index) => sender(index)));
  },
  async end() {
    over.abort();
    await sending;
    return { sent, refused };
  },
});
