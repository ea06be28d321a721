import type { Image } from '@imagemill/client';
import type { RequestHandler } from 'express';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { avatarResult } from '../avatar-result.ts';
import type { Users } from '../users.ts';

interface ImageEvent {
  type: 'image.ready' | 'image.rejected' | 'image.held' | 'image.failed' | 'image.expired';
  data: Image & { sequence: number };
}

/** `POST /webhooks/imagemill`, with its raw body: the signature covers the exact bytes. */
export function receiveWebhook(secret: string, users: Users): RequestHandler {
  const webhook = new Webhook(secret);
  return (request, response) => {
    const headers = {
      'webhook-id': request.get('webhook-id') ?? '',
      'webhook-timestamp': request.get('webhook-timestamp') ?? '',
      'webhook-signature': request.get('webhook-signature') ?? '',
    };
    try {
      const event = webhook.verify(String(request.body), headers) as ImageEvent;
      users.setAvatarOnce(headers['webhook-id'], avatarResult(event.data), event.data.sequence);
      response.status(204).end();
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      response.status(401).json({ error: 'The signature is invalid.' });
    }
  };
}
