import type { S3Service } from '../call.ts';
import { S3Error } from '../errors.ts';
import { parseCredential } from './credential-scope.ts';
import { assertFieldsAllowed, type PostPolicy, parsePostPolicy } from './post-policy.ts';
import { signaturesEqual } from './request-signer.ts';

/** Verifies the form of a presigned POST. `fields` must contain the bucket and key that will actually be written. */
export async function verifyPostPolicy(
  fields: Readonly<Record<string, string>>,
  service: S3Service,
): Promise<PostPolicy> {
  const { policy: encoded, 'x-amz-signature': signature, 'x-amz-credential': credential } = fields;
  if (!encoded || !signature || !credential) {
    throw new S3Error('AccessDenied', { message: 'The form needs policy, x-amz-credential and x-amz-signature.' });
  }
  if (fields['x-amz-algorithm'] !== 'AWS4-HMAC-SHA256') {
    throw new S3Error('InvalidArgument', { message: 'X-Amz-Algorithm must be AWS4-HMAC-SHA256' });
  }
  const { signedAt } = parseCredential(credential, fields['x-amz-date'], service, 'InvalidArgument');
  const expected = service.signer.signTextAt(encoded, signedAt);
  if (!signaturesEqual(expected, signature)) throw new S3Error('SignatureDoesNotMatch');
  const policy = parsePostPolicy(encoded, service.now());
  assertFieldsAllowed(policy, fields);
  return policy;
}
