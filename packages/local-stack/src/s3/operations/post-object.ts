import { verifyPostPolicy } from '../auth/verify-post-policy.ts';
import { declaredBodyOf } from '../body/declared-body.ts';
import { type Form, openForm } from '../body/form.ts';
import { receiveBlobFrom } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { assertSendable, assertSupportedWrite, storedHeaders } from '../object-headers.ts';
import { assertKeyLength } from '../request.ts';
import { emptyResponse, type S3Response, xmlResponse } from '../response.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import { parseTagXml } from '../tags.ts';
import { encodePath } from '../url-encoding.ts';
import { commitObject } from './commit-object.ts';
import { writtenHeaders } from './put-object.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder, not one of ours.
const fileNamePlaceholder = '${filename}';

/** An upload from a browser's form, allowed by the signed policy in its fields. */
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
  service.store.buckets.assertExists(bucket);
  assertSupportedWrite(form.fields);
  const headers = storedHeaders(form.fields);
  const tags = form.fields.tagging ? parseTagXml(form.fields.tagging) : [];
  const limits = { min: policy.length.min, max: Math.min(policy.length.max, service.maxObjectBytes) };
  const { blob, size, md5Hex: etag, checksum } = await receiveFile(call, form, limits);
  const content = { blob, size, etag, checksum, headers, tags };
  const version = await commitObject(service, { bucket, key }, content, {
    eventName: 'ObjectCreated:Post',
    conditions: {},
  });
  return postResponse(call, form.fields, version);
}

function requestedKey(form: Form): string {
  const key = form.fields.key?.replaceAll(fileNamePlaceholder, () => form.file.name) ?? '';
  if (key === '') throw new S3Error('InvalidArgument', { message: "Bucket POST must contain a field named 'key'." });
  assertKeyLength(key);
  return key;
}

async function receiveFile(call: Call, form: Form, limits: { min: number; max: number }) {
  const { blobs } = call.service.store;
  // The payload hash of a form's fields would be that of another request.
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

function postResponse(call: Call, fields: Form['fields'], version: ObjectVersion): S3Response {
  const { bucket, headers: requestHeaders } = call.request;
  const location = `http://${requestHeaders.host ?? ''}${encodePath(`/${bucket}/${version.key}`)}`;
  const headers = { ...writtenHeaders(version), location };
  const redirect = fields.success_action_redirect ?? fields.redirect;
  if (redirect && URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key: version.key, etag: `"${version.etag}"` })) {
      target.searchParams.append(name, value);
    }
    return emptyResponse(303, { ...headers, location: target.href });
  }
  assertSendable(headers);
  if (fields.success_action_status === '201') {
    const content = { Location: location, Bucket: bucket, Key: version.key, ETag: `"${version.etag}"` };
    return { ...xmlResponse('PostResponse', content, headers), status: 201 };
  }
  return emptyResponse(fields.success_action_status === '200' ? 200 : 204, headers);
}
