import type { DeliverWebhook, SendResult, WebhookEvent } from '@imagemill/queue';
import { Webhook } from 'standardwebhooks';
import { isRefusedAddress } from '../http/tenant-agents.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import type { Post } from './post.ts';

interface DeliverOptions {
  readonly endpoints: Endpoints;
  readonly post: Post;
  /** For the whole attempt, from the name's look-up to the answer's end. */
  readonly timeoutMs: number;
}

/** Sends an event to its tenant's endpoint as https://www.standardwebhooks.com asks for. */
export function createDeliverWebhook({ endpoints, post, timeoutMs }: DeliverOptions): DeliverWebhook {
  return async (event, stop) => {
    const endpoint = endpoints.get(event.tenant);
    // Another worker may know it, as while a new file is rolled out.
    if (!endpoint) return { verdict: 'try-again', code: 'no-endpoint' };
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const status = await post(new URL(endpoint.url), signed(event, endpoint), AbortSignal.any([stop, deadline]));
      return { verdict: verdict(status), status };
    } catch (error) {
      stop.throwIfAborted();
      return { verdict: 'try-again', code: deadline.aborted ? 'timeout' : errorCode(error) };
    }
  };
}

function signed(event: WebhookEvent, { secrets }: Endpoint) {
  const { id, type, timestamp, data, sequence } = event;
  const body = JSON.stringify({ type, timestamp, data: { ...data, sequence } });
  // Of the attempt, not of the event: receivers refuse what is minutes old.
  const now = new Date();
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'imagemill-webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
  return { headers, body };
}

/** 410 says that nobody wants this any more. All else may be mended within a day, a redirect and a 404 as well. */
function verdict(status: number): SendResult['verdict'] {
  if (status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'give-up' : 'try-again';
}

/** A short code and no message: that may name addresses of our own network. */
function errorCode(error: unknown): string {
  if (isRefusedAddress(error)) return 'address-refused';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code.slice(0, 64) : 'connection-failed';
}
