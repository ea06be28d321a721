import { SignatureV4 } from '@smithy/signature-v4';
import { NodeSha256 } from '../auth/request-signer.ts';
import { credentials } from './start-test-server.ts';

export interface RequestToSign {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly signedAt?: Date;
  readonly region?: string;
  readonly service?: string;
}

/** Signs a request in its headers, as a client does; for requests that the SDK would not send. */
export async function signRequest(toSign: RequestToSign): Promise<Record<string, string>> {
  const { method, url, signedAt = new Date(), region = 'us-east-1', service = 's3' } = toSign;
  const { hostname, host, pathname: path, searchParams } = new URL(url);
  const signer = new SignatureV4({ credentials, region, service, sha256: NodeSha256, uriEscapePath: false });
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...toSign.headers };
  const query = Object.fromEntries(searchParams);
  const request = { method, protocol: 'http:', hostname, path, query, headers };
  const signed = await signer.sign(request, { signingDate: signedAt });
  return signed.headers;
}
