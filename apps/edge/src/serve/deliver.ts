import type { Context } from 'hono';
import { clientGone } from '../http/client-gone.ts';
import { cutShort } from '../http/cut-short.ts';
import type { EdgeServices } from '../http/edge-route.ts';
import { imageHeaders } from './delivery-headers.ts';
import { getPicture, type WantedPicture } from './get-picture.ts';
import { pictureResponse } from './picture-response.ts';

/** Responds with a picture: stored, or rendered and published now. @throws as `getPicture` does */
export async function deliver(
  c: Context,
  services: EdgeServices,
  wanted: WantedPicture,
  { headers, download }: { readonly headers: Readonly<Record<string, string>>; readonly download?: string | undefined },
): Promise<Response> {
  const delivered = await getPicture(services, { ...wanted, ...readBy(c) }, () => clientGone(c));
  services.onDelivered(delivered.outcome);
  const request = {
    method: c.req.method,
    header: (name: string) => c.req.header(name),
    download,
    onCut: (error: unknown) => cutShort(c, error),
  };
  return pictureResponse(services.pictures, delivered, request, { ...imageHeaders(wanted.imageId), ...headers });
}

/** The end of a request must not close a connection to the storage whose object nobody reads. */
function readBy({ req }: Context): Pick<WantedPicture, 'reads'> {
  if (req.method === 'HEAD' || req.header('if-none-match') !== undefined) return { reads: 'facts' };
  return req.header('range') === undefined ? {} : { reads: 'part' };
}
