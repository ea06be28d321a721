import type { Caller, S3Service } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { S3Request } from '../request.ts';
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
  if (!signedByHeader && !signedByQuery) return 'anonymous';
  await (signedByHeader ? verifyHeader : verifyPresigned)(request, service);
  return 'owner';
}
