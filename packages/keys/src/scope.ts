import { z } from 'zod';

/** What a key allows: `upload` images, manage the queue as `admin`, report events of the object `storage`. */
export const Scope = z.enum(['upload', 'admin', 'storage'], 'upload, admin or storage');
export type Scope = z.infer<typeof Scope>;

export const Scopes = z.array(Scope).min(1);
