import type { Imagemill } from '@imagemill/client';
import type { RequestHandler } from 'express';
import { avatarResult } from '../avatar-result.ts';
import type { Users } from '../users.ts';

const unsettled = ['awaiting-upload', 'queued', 'processing'];

/**
 * `GET /user/:id`. A missing webhook, such as with a wrong address, must not leave a user with placeholders: after
 * `patienceSeconds` the status is requested from imagemill.
 */
export const showUser = (imagemill: Imagemill, users: Users, patienceSeconds: number): RequestHandler => {
  const ask = async (imageId: string) => users.setAvatar(avatarResult(await imagemill.getImage(imageId)), 0);

  return async (request, response) => {
    const id = Number(request.params.id);
    const user = users.find(id);
    if (!user) {
      response.status(404).json({ error: 'This user does not exist.' });
      return;
    }
    const age = Date.now() / 1000 - user.createdAt;
    if (unsettled.includes(user.avatarStatus) && age >= patienceSeconds) await ask(user.imageId).catch(console.error);
    response.json(users.find(id));
  };
};
