import { createHash } from 'node:crypto';
import type { PresignedUpload } from '../object-storage.ts';
import { BODY, isSuccess, type ProbeOptions, type ProbeResult, statusOfFetch, uploadOf } from './probe.ts';

type Headers = Readonly<Record<string, string>>;

/** An upload that must be refused: the same URL, with other headers or bytes. */
interface Attempt {
  readonly what: string;
  readonly headers?: Headers;
  readonly body?: Buffer;
}

const otherThanSigned: readonly Attempt[] = [
  { what: 'another type', headers: { 'content-type': 'text/html' } },
  { what: 'another cache header', headers: { 'cache-control': 'public' } },
  { what: 'more bytes', body: Buffer.concat([BODY, BODY]) },
];
const ALL_USERS = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"';
const publishing = (otherObject: string): readonly Attempt[] => [
  { what: 'x-amz-acl', headers: { 'x-amz-acl': 'public-read' } },
  { what: 'x-amz-grant-read', headers: { 'x-amz-grant-read': ALL_USERS } },
  { what: 'x-amz-copy-source', headers: { 'x-amz-copy-source': otherObject } },
];
const harmless: readonly Attempt[] = [
  { what: 'x-amz-meta-extra', headers: { 'x-amz-meta-extra': 'x' } },
  { what: 'x-amz-tagging', headers: { 'x-amz-tagging': 'a=b' } },
];

/**
 * Tries upload URLs as an uploader may: as declared, twice, with other headers or bytes than signed, and with headers that are not
 * signed. If an upload as declared is refused, the rest is not tried.
 *
 * @throws ProbeFailedError, and fetch's error if the storage does not answer
 */
export async function probeUploadUrls(options: ProbeOptions): Promise<readonly ProbeResult[]> {
  const { storage, newKey, signal } = options;
  const send = ({ url, headers }: PresignedUpload, { headers: more = {}, body = BODY }: Partial<Attempt> = {}) =>
    statusOfFetch(url, {
      method: 'PUT',
      headers: { ...headers, ...more },
      body: new Uint8Array(body),
      ...(signal && { signal }),
    });
  const key = newKey();
  const upload = await storage.presignUpload(uploadOf(key));
  const first = await send(upload);
  if (!isSuccess(first)) return [{ capability: 'upload-urls', holds: false, seen: `HTTP ${first}` }];
  const second = await send(upload);

  /** The attempts that were not refused. */
  async function accepted(attempts: readonly Attempt[]): Promise<readonly string[]> {
    const outcomes = await Promise.all(
      attempts.map(async (attempt) => {
        const status = await send(await storage.presignUpload(uploadOf(newKey())), attempt);
        return isSuccess(status) ? [attempt.what] : [];
      }),
    );
    return outcomes.flat();
  }
  const refuses = async (capability: ProbeResult['capability'], attempts: readonly Attempt[]): Promise<ProbeResult> => {
    const wrong = await accepted(attempts);
    return {
      capability,
      holds: wrong.length === 0,
      seen: wrong.length === 0 ? 'refused' : `accepted ${wrong.join(', ')}`,
    };
  };
  const otherBytes = createHash('sha256').update('other bytes').digest('base64');
  const checked = await send(await storage.presignUpload({ ...uploadOf(newKey()), checksumSha256: otherBytes }));
  return [
    { capability: 'upload-urls', holds: true, seen: `HTTP ${first}` },
    { capability: 'upload-once', holds: !isSuccess(second), seen: `HTTP ${second} for a second upload` },
    await refuses('signed-headers', otherThanSigned),
    await refuses('publishing-headers', publishing(`/${storage.bucket}/${key}`)),
    await refuses('other-headers', harmless),
    { capability: 'declared-checksum', holds: !isSuccess(checked), seen: `HTTP ${checked} for other bytes` },
  ];
}
