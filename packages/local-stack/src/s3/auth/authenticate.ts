import type { S3Service } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { S3Request } from '../request.ts';
import type { Caller } from './caller.ts';
import { verifyHeader } from './verify-header.ts';
import { verifyPresigned } from './verify-presigned.ts';

export async function authenticate(request: S3Request, service: S3Service): Promise<Caller> {
  const signedByHeader = request.sentHeaders.authorization !== undefined;
  const signedByQuery = request.query.has('X-Amz-Algorithm') || request.query.has('X-Amz-Signature');
  if (signedByHeader && signedByQuery) {
    throw new S3Error('InvalidRequest', {
      message: 'Only one of the Authorization header and a presigned URL may be used.',
    });
  }
  if (signedByHeader) return { kind: 'owner', signature: await verifyHeader(request, service) };
  if (signedByQuery) return { kind: 'owner', signature: await verifyPresigned(request, service) };
  return { kind: 'anonymous' };
}
