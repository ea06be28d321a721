import { checksumElements } from '../body/checksums.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import type { ObjectVersion } from '../store/object-version.ts';
import { versionHeaders } from '../versioning.ts';
import type { XmlElement, XmlValue } from '../xml.ts';
import { locateRequested } from './locate-object.ts';

const attributes: Record<string, (version: ObjectVersion) => XmlValue> = {
  ETag: (version) => version.etag,
  Checksum: (version) => version.checksum && checksumElements(version.checksum),
  ObjectParts: (version) => partsCount(version),
  StorageClass: () => 'STANDARD',
  ObjectSize: (version) => version.size,
};

export function getObjectAttributes(call: Call): S3Response {
  const wanted = (call.request.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim());
  const version = locateRequested(call);
  const content: Record<string, XmlValue> = {};
  for (const name of wanted) {
    const read = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (!read) throw new S3Error('InvalidArgument', { message: 'Invalid attribute name specified.' });
    const value = read(version);
    if (value !== undefined) content[name] = value;
  }
  const headers = { 'last-modified': version.modifiedAt.toUTCString(), ...versionHeaders(version.versionId) };
  return xmlResponse('GetObjectAttributesResponse', content, headers);
}

/** An ETag of the form `md5-N` tells of how many parts the object was made. */
function partsCount(version: ObjectVersion): XmlElement | undefined {
  const count = version.etag.split('-')[1];
  return count === undefined ? undefined : { TotalPartsCount: count };
}
