import type { PresignedPost } from '../object-storage.ts';
import { BODY, isSuccess, type ProbeOptions, type ProbeResult, statusOfFetch, uploadOf } from './probe.ts';

/**
 * Tries a signed form: as declared, and with more bytes than declared.
 *
 * @throws ProbeFailedError, and fetch's error if the storage does not answer
 */
export async function probeUploadForms({ storage, newKey, signal }: ProbeOptions): Promise<readonly ProbeResult[]> {
  const send = async ({ url, fields }: PresignedPost, body: Buffer = BODY) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(body)]), 'probe.txt');
    return statusOfFetch(url, { method: 'POST', body: form, ...(signal && { signal }) });
  };
  const declared = await send(await storage.presignPost(uploadOf(newKey())));
  const larger = await send(await storage.presignPost(uploadOf(newKey())), Buffer.concat([BODY, BODY]));
  return [
    {
      capability: 'upload-forms',
      holds: isSuccess(declared) && !isSuccess(larger),
      seen: `HTTP ${declared} as declared, HTTP ${larger} with more bytes`,
    },
  ];
}
