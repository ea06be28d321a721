import { fileURLToPath } from 'node:url';
import { type Imagemill, ImagemillError } from '@imagemill/client';
import express, { type ErrorRequestHandler } from 'express';
import { ZodError, z } from 'zod';
import { createUser } from './routes/create-user.ts';
import { receiveWebhook } from './routes/receive-webhook.ts';
import { requestTicket } from './routes/request-ticket.ts';
import type { Users } from './users.ts';

const pages = fileURLToPath(new URL('../public', import.meta.url));

export function createApp(imagemill: Imagemill, users: Users, webhookSecret: string) {
  return express()
    .disable('x-powered-by')
    .post('/webhooks/imagemill', express.raw({ type: '*/*', limit: '256kb' }), receiveWebhook(webhookSecret, users))
    .use(express.json({ limit: '16kb' }))
    .post('/avatar-tickets', requestTicket(imagemill, users))
    .post('/user', createUser(imagemill, users))
    .get('/user/:id', (request, response) => {
      const user = users.find(Number(request.params.id));
      response.status(user ? 200 : 404).json(user ?? { error: 'There is no such user.' });
    })
    .use(express.static(pages))
    .use(answerError);
}

/** Of SQLite: SQLITE_CONSTRAINT_UNIQUE. */
const NOT_UNIQUE = 2067;

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  if (error instanceof ZodError) return void response.status(422).json({ error: z.prettifyError(error) });
  if (error.errcode === NOT_UNIQUE) return void response.status(409).json({ error: 'This user is there already.' });
  if (error instanceof ImagemillError) {
    // Theirs to mend when the API says so; a wrong key is ours.
    const theirs = error.status !== undefined && [409, 413, 415, 422].includes(error.status);
    return void response.status(theirs ? error.status : 502).json({ error: error.message });
  }
  if (error.expose) return void response.status(error.status).json({ error: error.message });
  console.error(error);
  response.status(500).json({ error: 'That is our fault. Try again, please.' });
};
