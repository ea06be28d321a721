import type { DeliverWebhook, SendResult, WebhookEvent } from '@imagemill/queue';
import type { Endpoint, Endpoints } from './endpoints.ts';
import type { Post } from './post.ts';
import { errorCode, signedHeaders } from './signed-request.ts';

interface DeliverOptions {
  readonly endpoints: Endpoints;
  readonly post: Post;
  /** For the whole attempt, from the DNS lookup to the end of the response. */
  readonly timeoutMs: number;
}

/** Sends an event to its tenant's endpoint, as specified by https://www.standardwebhooks.com. */
export function createDeliverWebhook({ endpoints, post, timeoutMs }: DeliverOptions): DeliverWebhook {
  return async (event, stop) => {
    const endpoint = endpoints.get(event.tenant);
    // Another worker may have the endpoint, for example while a new file is being rolled out.
    if (!endpoint) return { verdict: 'retry', code: 'no-endpoint' };
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const status = await post(new URL(endpoint.url), signed(event, endpoint), AbortSignal.any([stop, deadline]));
      return { verdict: verdict(status), status };
    } catch (error) {
      stop.throwIfAborted();
      return { verdict: 'retry', code: deadline.aborted ? 'timeout' : errorCode(error) };
    }
  };
}

function signed(event: WebhookEvent, { secrets }: Endpoint) {
  const { id, type, timestamp, data, sequence } = event;
  const body = JSON.stringify({ type, timestamp, data: { ...data, sequence } });
  return { headers: signedHeaders({ id, body, secrets }), body };
}

/** 410 Gone is final. All other statuses are retried, redirects and 404 included: they may be fixed within a day. */
function verdict(status: number): SendResult['verdict'] {
  if (status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'failed' : 'retry';
}
