import { type PictureCache, type Settings, serveRequest } from './serve-request.ts';

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

declare const caches: { readonly default: PictureCache };

/** A Cloudflare Worker as the CDN in front of imagemill; docs/delivery.md ("At the CDN") describes it. */
export default {
  fetch: (request: Request, settings: Settings, context: Context) =>
    serveRequest(request, {
      settings,
      cache: caches.default,
      waitUntil: (promise) => context.waitUntil(promise),
    }),
};
