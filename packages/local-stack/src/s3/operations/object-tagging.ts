import { readText } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { emptyResponse, type S3Response, xmlResponse } from '../response.ts';
import { parseTagXml, tagSetXml } from '../tags.ts';
import { versionHeaders } from '../versioning.ts';
import { locateRequested } from './locate-object.ts';

const bodyBytesMax = 64 * 1024;

export function getObjectTagging(call: Call): S3Response {
  const version = locateRequested(call);
  return xmlResponse('Tagging', tagSetXml(version.tags), versionHeaders(version.versionId));
}

export async function putObjectTagging(call: Call): Promise<S3Response> {
  const tags = parseTagXml(await readText(call, bodyBytesMax));
  const version = locateRequested(call);
  call.service.store.objects.saveTags(version.sequence, tags);
  return emptyResponse(200, versionHeaders(version.versionId));
}

export function deleteObjectTagging(call: Call): S3Response {
  const version = locateRequested(call);
  call.service.store.objects.saveTags(version.sequence, []);
  return emptyResponse(204, versionHeaders(version.versionId));
}
