import { type Accepted, acceptedOf, acceptOf, kindOf, normalQuery } from './normalise.ts';
import { secondsLeft } from './verify-signature.ts';

export interface Settings {
  readonly BUCKET_ORIGIN: string;
  readonly EDGE_ORIGIN: string;
  /** `kid:tenant:secret,…`, as of the edge; none without private categories. */
  readonly EDGE_SIGNING_KEYS?: string;
  readonly PRIVATE_CACHE_SECONDS?: string;
}

/** The part of Cloudflare's Cache API in use. */
export interface PictureCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
}

export interface Surroundings {
  readonly settings: Settings;
  readonly cache: PictureCache;
  /** Lets a promise outlive the response. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

/** Cloudflare's own request properties, which the types of Node do not have. */
interface CloudflareInit extends RequestInit {
  readonly cf: { readonly cacheEverything: boolean; readonly cacheTtlByStatus?: Readonly<Record<string, number>> };
}

const FORWARDED = ['range', 'if-range', 'if-none-match', 'if-modified-since'];
const DEFAULT_PRIVATE_CACHE_SECONDS = 300;

/** Bucket first and edge on a miss, with a normalised cache key; private images after their signature. */
export async function serveRequest(request: Request, surroundings: Surroundings): Promise<Response> {
  if (!['GET', 'HEAD'].includes(request.method)) return refusal(405);
  const url = new URL(request.url);
  const kind = kindOf(url.pathname);
  if (!kind) return refusal(404);
  const query = normalQuery(kind, url.searchParams);
  if (kind === 'private') return servePrivate(request, url.pathname, query, surroundings);
  const { BUCKET_ORIGIN, EDGE_ORIGIN } = surroundings.settings;
  if (kind === 'immutable') {
    const stored = await fetchPublic(request, `${BUCKET_ORIGIN}${url.pathname}`, undefined, { '400-599': -1 });
    if (![403, 404].includes(stored.status)) return shared(stored);
    await stored.body?.cancel();
  }
  const accepted = acceptedOf(kind, url.searchParams, request.headers.get('accept') ?? '');
  return shared(await fetchPublic(request, edgeUrl(EDGE_ORIGIN, url.pathname, query, accepted), accepted));
}

/**
 * Cloudflare's cache key is the URL, without `Accept`: the accepted formats become a parameter. The edge ignores it, as every
 * unknown parameter; from a browser it does not get here.
 */
function edgeUrl(origin: string, path: string, query: URLSearchParams, accepted: Accepted | undefined): string {
  const all = new URLSearchParams(query);
  if (accepted) all.set('accepted', accepted);
  return `${origin}${path}${all.size > 0 ? `?${all}` : ''}`;
}

/** Through Cloudflare's cache, for as long as the origin's headers say, except for the statuses given. */
function fetchPublic(
  request: Request,
  url: string,
  accepted: Accepted | undefined,
  cacheTtlByStatus?: Record<string, number>,
): Promise<Response> {
  const headers = new Headers({ accept: accepted ? acceptOf[accepted] : '*/*' });
  for (const name of FORWARDED) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const cf = { cacheEverything: true, ...(cacheTtlByStatus && { cacheTtlByStatus }) };
  return fetch(url, { method: request.method, headers, redirect: 'manual', cf } as CloudflareInit);
}

/**
 * The key is the path and `kid`, which belongs to one tenant: what one tenant's signature stored is not a hit for the signature of
 * another. The edge checks on a miss that the image is the tenant's.
 */
async function servePrivate(
  request: Request,
  path: string,
  query: URLSearchParams,
  { settings, cache, waitUntil }: Surroundings,
): Promise<Response> {
  const validSeconds = await secondsLeft(path, query, settings.EDGE_SIGNING_KEYS ?? '');
  if (validSeconds === 0) return refusal(403);
  const cacheSeconds = Number(settings.PRIVATE_CACHE_SECONDS) || DEFAULT_PRIVATE_CACHE_SECONDS;
  const cacheControl = `private, max-age=${Math.min(validSeconds, cacheSeconds)}`;
  const key = `${new URL(request.url).origin}${path}?kid=${encodeURIComponent(query.get('kid') ?? '')}`;
  const stored = await cache.match(key);
  if (stored) return answer(stored, request, cacheControl);
  const made = await fetch(`${settings.EDGE_ORIGIN}${path}?${query}`, { redirect: 'manual' });
  if (made.status !== 200) return made;
  const kept = new Response(made.clone().body, made);
  kept.headers.set('cache-control', `max-age=${cacheSeconds}`);
  waitUntil(cache.put(key, kept));
  return answer(made, request, cacheControl);
}

function answer(response: Response, { method }: Request, cacheControl: string): Response {
  const copy = new Response(method === 'HEAD' ? null : response.body, response);
  copy.headers.set('cache-control', cacheControl);
  return copy;
}

/** Public pictures may be read by scripts of any page. */
function shared(response: Response): Response {
  const copy = new Response(response.body, response);
  copy.headers.set('access-control-allow-origin', '*');
  return copy;
}

const refusal = (status: number) => new Response(null, { status, headers: { 'cache-control': 'no-store' } });
