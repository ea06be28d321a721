import { Problem } from '@imagemill/http';
import { isSurelyPublic, prefixes } from '@imagemill/variants';
import type { Context } from 'hono';
import { foundImage } from '../find/found-image.ts';
import { type FriendlyAddress, parseFriendly } from '../friendly/parse-friendly.ts';
import { type ShownPicture, shownPicture, shownPictures } from '../friendly/shown-pictures.ts';
import type { EdgeRoute, EdgeServices } from '../http/edge-route.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import { plannedPicture } from '../render/planned-order.ts';
import { changingHeaders } from '../serve/changing-headers.ts';
import { chooseFormat } from '../serve/choose-format.ts';
import { deliver } from '../serve/deliver.ts';
import { imageHeaders, immutableHeaders } from '../serve/delivery-headers.ts';
import { MovedError, movedResponse } from './moved-error.ts';

type Headers = Readonly<Record<string, string>>;

/** Caches ask again soon for a picture that is shown only because a newer one cannot be made now. */
const SUBSTITUTE_MAX_AGE_S = 60;

/** GET and HEAD of a variant by its name, in the named format or one that `Accept` allows. */
export const variant: EdgeRoute = (app, services) => {
  app.get('/images/:id/:file', async (c) => {
    const asked = parseFriendly(c.req.path, c.req.param(), c.req.query('v'));
    if (!asked) throw pictureNotFound();
    const { revision } = asked;
    try {
      return revision === undefined
        ? await serveCurrent(c, services, asked)
        : await serveRevision(c, services, asked, revision);
    } catch (error) {
      if (!(error instanceof MovedError)) throw error;
      return movedResponse(inRevision(c, error.currentRevision), imageHeaders(asked.imageId));
    }
  });
};

/** The image's current revision; if that cannot be made now, the one of its manifest. */
async function serveCurrent(c: Context, services: EdgeServices, asked: FriendlyAddress): Promise<Response> {
  const [best, stored] = shownPictures(services.categories, await foundImage(c, services, asked.imageId), asked);
  if (!best) throw pictureNotFound();
  try {
    return await serve(c, services, asked, best, changingHeaders(services.freshness));
  } catch (error) {
    if (!stored || !cannotBeMadeNow(error)) throw error;
    const maxAgeS = Math.min(SUBSTITUTE_MAX_AGE_S, services.freshness.maxAgeS);
    return serve(c, services, asked, stored, changingHeaders({ maxAgeS, staleS: 0 })).catch(() => {
      throw error;
    });
  }
}

/** No look-up if the revision is current: it names its category's set. */
async function serveRevision(c: Context, services: EdgeServices, asked: FriendlyAddress, revision: string) {
  const current = [...services.categories.values()].find((category) => category.revision === revision);
  if (current && isSurelyPublic(services.categories, revision)) {
    const shown = shownPicture(revision, current.set, asked);
    if (shown.formats.length === 0) throw pictureNotFound();
    return serve(c, services, asked, shown, immutableHeaders);
  }
  const pictures = shownPictures(services.categories, await foundImage(c, services, asked.imageId), asked);
  const named = pictures.find((picture) => picture.revision === revision);
  if (named) return serve(c, services, asked, named, immutableHeaders);
  const [best] = pictures;
  throw best ? new MovedError(best.revision) : pictureNotFound();
}

async function serve(
  c: Context,
  services: EdgeServices,
  { imageId, name, format: named }: FriendlyAddress,
  { revision, formats }: ShownPicture,
  cacheHeaders: Headers,
): Promise<Response> {
  const format = chooseFormat(c.req.header('accept'), formats);
  const wanted = plannedPicture(services.categories, {
    imageId,
    revision,
    variant: name,
    format,
    visibility: 'public',
  });
  const headers = {
    ...cacheHeaders,
    ...(named === undefined && { vary: 'Accept' }),
    // Relative: the path before the key, and the host, are the CDN's.
    'content-location': `../${wanted.key.slice(prefixes.renditions.length)}`,
  };
  return deliver(c, services, wanted, { headers, download: c.req.query('download') });
}

/** The same URL, with another revision. */
function inRevision(c: Context, revision: string): string {
  const download = c.req.query('download');
  return `?${new URLSearchParams({ v: revision, ...(download !== undefined && { download }) })}`;
}

const cannotBeMadeNow = (error: unknown) => error instanceof Problem && [404, 503].includes(error.options.status);
