import { fileURLToPath } from 'node:url';
import { type Imagemill, ImagemillError } from '@imagemill/client';
import express, { type ErrorRequestHandler } from 'express';
import { ZodError, z } from 'zod';
import { createUser } from './routes/create-user.ts';
import { receiveWebhook } from './routes/receive-webhook.ts';
import { requestTicket } from './routes/request-ticket.ts';
import { showUser } from './routes/show-user.ts';
import type { Users } from './users.ts';

const pages = fileURLToPath(new URL('../public', import.meta.url));

interface WebhookOptions {
  readonly secret: string;
  /** How long to wait for a webhook before the status is requested. */
  readonly patienceSeconds: number;
}

export function createApp(imagemill: Imagemill, users: Users, webhook: WebhookOptions) {
  return express()
    .disable('x-powered-by')
    .post('/webhooks/imagemill', express.raw({ type: '*/*', limit: '256kb' }), receiveWebhook(webhook.secret, users))
    .use(express.json({ limit: '16kb' }))
    .post('/avatar-tickets', requestTicket(imagemill, users))
    .post('/user', createUser(imagemill, users))
    .get('/user/:id', showUser(imagemill, users, webhook.patienceSeconds))
    .use(express.static(pages))
    .use(answerError);
}

/** SQLITE_CONSTRAINT_UNIQUE. */
const NOT_UNIQUE = 2067;

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  if (error instanceof ZodError) return void response.status(422).json({ error: z.prettifyError(error) });
  if (error.errcode === NOT_UNIQUE) return void response.status(409).json({ error: 'This user already exists.' });
  if (error instanceof ImagemillError) {
    // These statuses are the user's to fix. Others are ours, such as a wrong API key.
    const theirs = error.status !== undefined && [409, 413, 415, 422].includes(error.status);
    return void response.status(theirs ? error.status : 502).json({ error: error.message });
  }
  if (error.expose) return void response.status(error.status).json({ error: error.message });
  console.error(error);
  response.status(500).json({ error: 'Something went wrong. Please try again.' });
};
