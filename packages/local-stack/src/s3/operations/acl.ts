import type { Call } from '../call.ts';
import { type S3Response, xmlResponse } from '../response.ts';
import { locateRequested } from './locate-object.ts';

/** There is one owner, who may do everything, and no other grants; tools that show ACLs see that. */
export function getAcl(call: Call): S3Response {
  if (call.request.key !== '') locateRequested(call);
  const owner = { ID: call.service.accessKeyId, DisplayName: call.service.accessKeyId };
  const xsi = { '@_xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', '@_xsi:type': 'CanonicalUser' };
  return xmlResponse('AccessControlPolicy', {
    Owner: owner,
    AccessControlList: { Grant: [{ Grantee: { ...xsi, ...owner }, Permission: 'FULL_CONTROL' }] },
  });
}
