import { z } from 'zod';
import { notImplemented, S3Error } from './errors.ts';

/** The only kind of policy that imagemill sets: everyone may read the keys under a prefix. */
const PublicRead = z.strictObject({
  Version: z.string().optional(),
  Statement: z
    .array(
      z.strictObject({
        Sid: z.string().optional(),
        Effect: z.literal('Allow'),
        Principal: z.literal('*'),
        Action: z.literal('s3:GetObject'),
        Resource: z.string().regex(/^[^*?]+\*$/),
      }),
    )
    .min(1),
});

/**
 * The key prefixes that a bucket's policy makes publicly readable.
 *
 * @throws S3Error `NotImplemented` for any other policy: a partly applied policy could expose private objects
 */
export function parsePolicy(bucket: string, document: string): string[] {
  const policy = PublicRead.safeParse(parseJson(document));
  if (!policy.success) throw notImplemented('A policy that does more than allow s3:GetObject to * under a prefix');
  return policy.data.Statement.map(({ Resource }) => prefixOf(bucket, Resource));
}

export function isPublic(bucket: string, key: string, policy: string | undefined): boolean {
  return policy !== undefined && parsePolicy(bucket, policy).some((prefix) => key.startsWith(prefix));
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

function prefixOf(bucket: string, resource: string): string {
  const start = `${bucketArn(bucket)}/`;
  if (resource.startsWith(start)) return resource.slice(start.length, -1);
  throw new S3Error('MalformedPolicy', { message: 'Policy has a resource of another bucket.' });
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (cause) {
    throw new S3Error('MalformedPolicy', { message: 'The policy is not JSON.', cause });
  }
}
