import { z } from 'zod';

/**
 * What a key allows: `upload` images, manage the queue as `admin`, read its `metrics` for an autoscaler, `moderate` the held images of all
 * tenants, report events of the object `storage`.
 */
export const Scope = z.enum(
  ['upload', 'admin', 'metrics', 'moderate', 'storage'],
  'must be upload, admin, metrics, moderate or storage',
);
export type Scope = z.infer<typeof Scope>;

export const Scopes = z.array(Scope).min(1);

/** Whether a key with these scopes may do what needs `scope`. An `admin` may also read the `metrics`. */
export const grants = (scopes: ReadonlySet<Scope>, scope: Scope): boolean =>
  scopes.has(scope) || (scope === 'metrics' && scopes.has('admin'));
