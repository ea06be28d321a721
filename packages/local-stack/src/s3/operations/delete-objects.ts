import { readText } from '../body/receive-body.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import { childElements, childText, parseXml, type XmlElement } from '../xml.ts';
import { deleteVersion } from './delete-object.ts';

const objectsMax = 1000;
const bodyBytesMax = 4 * 1024 * 1024;

export async function deleteObjects(call: Call): Promise<S3Response> {
  const request = parseXml(await readText(call, bodyBytesMax), 'Delete');
  const objects = childElements(request, 'Object');
  if (objects.length === 0 || objects.length > objectsMax) throw new S3Error('MalformedXML');
  const deleted: XmlElement[] = [];
  for (const object of objects) deleted.push(await deleteOne(call, object));
  const quiet = childText(request, 'Quiet') === 'true';
  return xmlResponse('DeleteResult', quiet ? {} : { Deleted: deleted });
}

async function deleteOne(call: Call, object: XmlElement): Promise<XmlElement> {
  const key = childText(object, 'Key');
  if (!key) throw new S3Error('MalformedXML', { message: 'An object to delete needs a Key.' });
  const versionId = childText(object, 'VersionId');
  const deletion = await deleteVersion(call.service, { bucket: call.request.bucket, key }, versionId);
  return {
    Key: key,
    ...(versionId !== undefined && { VersionId: versionId }),
    ...(deletion.deleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: deletion.versionId }),
  };
}
