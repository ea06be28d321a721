import type { Imagemill } from '@imagemill/client';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { avatarResult } from '../avatar-result.ts';
import type { Users } from '../users.ts';

const Body = z.strictObject({
  name: z.string().trim().min(1).max(100),
  email: z.email().max(254),
  imageId: z.uuid(),
});

/** `POST /user`: stores the user at once; the thumbnails arrive by webhook. */
export const createUser =
  (imagemill: Imagemill, users: Users): RequestHandler =>
  async (request, response) => {
    const { name, email, imageId } = Body.parse(request.body);
    // Otherwise a user could claim any image with a known id.
    if (!users.hasTicket(imageId)) {
      response.status(422).json({ error: 'Please upload the photo again.' });
      return;
    }
    const id = users.add(name, email, imageId);
    try {
      // After the insert: a later webhook finds the row, and this response replaces an earlier one.
      users.setAvatar(avatarResult(await imagemill.completeUpload(imageId)), 0);
    } catch (error) {
      users.remove(id);
      throw error;
    }
    response.status(201).location(`/user/${id}`).json(users.find(id));
  };
