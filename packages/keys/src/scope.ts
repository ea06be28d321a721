import { z } from 'zod';

/**
 * What a key allows: `upload` images, manage the queue as `admin`, `moderate` the held images of all tenants, report events of the object
 * `storage`.
 */
export const Scope = z.enum(['upload', 'admin', 'moderate', 'storage'], 'upload, admin, moderate or storage');
export type Scope = z.infer<typeof Scope>;

export const Scopes = z.array(Scope).min(1);
