import { answerOf, BODY, isSuccess, type ProbeOptions, type ProbeResult, statusOfFetch, uploadOf } from './probe.ts';

/**
 * Tries a multipart upload of one part, from its start to its completion, and lists it while it is unfinished. The upload is
 * aborted if it is not completed.
 *
 * @throws StorageError, ProbeFailedError, and fetch's error if the storage does not answer
 */
export async function probeMultipart({ storage, newKey, signal }: ProbeOptions): Promise<readonly ProbeResult[]> {
  const { multipart } = storage;
  const key = newKey();
  let uploadId = '';
  const created = await answerOf(async () => {
    uploadId = await multipart.create(uploadOf(key), { signal });
    return 'created';
  });
  if (created !== 'created') return [{ capability: 'multipart-uploads', holds: false, seen: created }];
  const upload = { key, uploadId };
  try {
    const listed = await answerOf(async () => {
      const { uploads } = await multipart.list({ prefix: key }, { signal });
      return uploads.some((each) => each.uploadId === uploadId) ? 'listed' : 'not listed';
    });
    const part = { partNumber: 1, contentLength: BODY.byteLength };
    const [signed] = (await multipart.presignParts({ ...upload, parts: [part], expiresInSeconds: 300 })).parts;
    const sent = await statusOfFetch(signed?.url ?? '', {
      method: 'PUT',
      body: new Uint8Array(BODY),
      ...(signal && { signal }),
    });
    const completed = await answerOf(async () => {
      const parts = (await multipart.parts(upload, { signal })) ?? [];
      return isSuccess(sent) ? multipart.complete({ ...upload, parts }, { signal }) : `HTTP ${sent} for a part`;
    });
    return [
      { capability: 'multipart-uploads', holds: completed === 'completed', seen: completed },
      { capability: 'multipart-listing', holds: listed === 'listed', seen: listed },
    ];
  } finally {
    // Not with the signal: it must also be aborted after a timeout.
    await multipart.abort(upload).catch(() => {});
  }
}
