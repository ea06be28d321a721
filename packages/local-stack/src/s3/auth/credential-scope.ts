import { S3Error, type S3ErrorCode } from '../errors.ts';

export interface SigningContext {
  readonly accessKeyId: string;
  readonly region: string;
}

export interface CredentialScope {
  /** `date/region/s3/aws4_request`, a part of the string to sign. */
  readonly scope: string;
  readonly signedAt: Date;
}

/** Checks a credential (`key/date/region/service/aws4_request`) against the server's key and the signature's date. */
export function parseCredential(
  credential: string,
  amzDate: string | undefined,
  context: SigningContext,
  malformed: S3ErrorCode,
): CredentialScope {
  const parts = credential.split('/');
  const [terminator, service, region, day] = parts.toReversed();
  const accessKeyId = parts.slice(0, -4).join('/');
  if (accessKeyId !== context.accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', { details: { AWSAccessKeyId: accessKeyId } });
  }
  if (region !== context.region) {
    const message = `The region '${region}' is wrong; expecting '${context.region}'`;
    throw new S3Error(malformed, { message, details: { Region: context.region } });
  }
  if (service !== 's3' || terminator !== 'aws4_request') {
    throw new S3Error(malformed, { message: 'The credential must be scoped to s3/aws4_request.' });
  }
  const signedAt = parseAmzDate(amzDate);
  if (signedAt === undefined) throw new S3Error('AccessDenied', { message: 'A valid X-Amz-Date is required.' });
  if (amzDate?.slice(0, 8) !== day) {
    throw new S3Error(malformed, { message: 'The date of the credential differs from the date of the signature.' });
  }
  return { scope: `${day}/${region}/${service}/${terminator}`, signedAt };
}

/** `20260131T235959Z` */
function parseAmzDate(text: string | undefined): Date | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text ?? '');
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
