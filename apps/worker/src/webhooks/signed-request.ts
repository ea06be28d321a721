import { Webhook } from 'standardwebhooks';
import { isRefusedAddress } from '../http/tenant-agents.ts';

interface SignedMessage {
  readonly id: string;
  readonly body: string;
  readonly secrets: readonly string[];
}

/** The headers of a signed JSON message, as specified by https://www.standardwebhooks.com. */
export function signedHeaders({ id, body, secrets }: SignedMessage): Record<string, string> {
  // The time of the attempt, not of the event: receivers reject timestamps that are minutes old.
  const now = new Date();
  return {
    'content-type': 'application/json',
    'user-agent': 'imagemill-webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
}

/** A short code of a failed request. A message may contain addresses of our own network. */
export function errorCode(error: unknown): string {
  if (isRefusedAddress(error)) return 'address-refused';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code.slice(0, 64) : 'connection-failed';
}
