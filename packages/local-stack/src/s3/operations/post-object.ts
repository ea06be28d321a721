import { verifyPostPolicy } from '../auth/verify-post-policy.ts';
import { checksumHeaders } from '../body/checksums.ts';
import { declaredBodyOf } from '../body/declared-body.ts';
import { type Form, openForm } from '../body/form.ts';
import { receiveBlobFrom } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { assertSupportedWrite, storedHeaders } from '../object-headers.ts';
import { assertKeyLength } from '../request.ts';
import { emptyResponse, type S3Response } from '../response.ts';
import { encodePath } from '../url-encoding.ts';
import { commitObject } from './commit-object.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: S3's placeholder, not ours.
const FILENAME_PLACEHOLDER = '${filename}';

/** An upload from an HTML form, authorized by the signed policy in its fields. */
export async function postObject(call: Call): Promise<S3Response> {
  const form = await openForm(call.body.chunks(), call.request.headers['content-type'] ?? '');
  try {
    return await storeForm(call, form);
  } finally {
    form.abandon();
  }
}

async function storeForm(call: Call, form: Form): Promise<S3Response> {
  const { service, request } = call;
  const { bucket } = request;
  const key = requestedKey(form);
  const policy = await verifyPostPolicy({ ...form.fields, key, bucket }, service);
  assertSupportedWrite(form.fields);
  const headers = storedHeaders(form.fields);
  const limits = { min: policy.length.min, max: Math.min(policy.length.max, service.objectBytesMax) };
  const { blob, size, md5Hex: etag, checksum } = await receiveFile(call, form, limits);
  const content = { blob, size, etag, checksum, headers };
  const object = await commitObject(service, { bucket, key }, content, {
    eventName: 'ObjectCreated:Post',
    conditions: {},
  });
  const location = `http://${request.headers.host ?? ''}${encodePath(`/${bucket}/${object.key}`)}`;
  return emptyResponse(204, { etag: `"${object.etag}"`, ...checksumHeaders(object.checksum), location });
}

function requestedKey(form: Form): string {
  const key = form.fields.key?.replaceAll(FILENAME_PLACEHOLDER, () => form.file.name) ?? '';
  if (key === '') throw new S3Error('InvalidArgument', { message: "Bucket POST must contain a field named 'key'." });
  assertKeyLength(key);
  return key;
}

async function receiveFile(call: Call, form: Form, limits: { min: number; max: number }) {
  const { blobs } = call.service.store;
  // A form has no payload hash; a field of that name has no meaning.
  const declared = { ...declaredBodyOf(form.fields), length: undefined, sha256Hex: undefined };
  const received = await receiveBlobFrom(form.file.chunks, declared, limits, blobs);
  try {
    await form.finish();
  } catch (error) {
    await blobs.remove([received.blob]);
    throw error;
  }
  return received;
}
