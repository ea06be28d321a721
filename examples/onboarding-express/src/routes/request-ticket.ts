import type { Imagemill } from '@imagemill/client';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Users } from '../users.ts';

const Body = z.strictObject({
  filename: z.string().min(1).max(200),
  contentType: z.string().startsWith('image/'),
  contentLength: z.int().positive(),
});

/** `POST /avatar-tickets`: the URL that the browser uploads its file to. The API key stays on the server. */
export const requestTicket =
  (imagemill: Imagemill, users: Users): RequestHandler =>
  async (request, response) => {
    const file = Body.parse(request.body);
    const ticket = await imagemill.requestUpload({ ...file, category: 'avatar', method: 'PUT' });
    users.addTicket(ticket.imageId);
    const { imageId, uploadUrl, headers } = ticket;
    response.status(201).json({ imageId, uploadUrl, headers });
  };
