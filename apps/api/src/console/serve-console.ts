import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { ApiBindings } from '../http/bindings.ts';
import type { ConsolePage } from './console-page.ts';

const CONSOLE_PATH = '/console';

/** @returns problems of the folder, for the start-up checks */
export async function checkConsole(dir: string): Promise<string[]> {
  const index = await stat(join(dir, 'index.html')).catch(() => undefined);
  return index?.isFile() ? [] : ['contains no built console: build one with apps/console/build/build-console.ts'];
}

/** GET /console/: the web page, without authentication: it contains no secret, and asks for keys. */
export function serveConsole(
  app: Hono<ApiBindings>,
  { dir, connectOrigins, imageOrigins, settings }: ConsolePage,
): void {
  const policy = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // blob: is a photograph selected for upload, data: the blurred placeholder of an image that is not ready.
      imgSrc: ["'self'", 'blob:', 'data:', ...imageOrigins],
      connectSrc: ["'self'", ...connectOrigins],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
    },
    xFrameOptions: 'DENY',
  });
  const files = serveStatic<ApiBindings>({
    root: dir,
    rewriteRequestPath: (path) => path.slice(CONSOLE_PATH.length),
    onFound(path, c) {
      // Names of files in assets contain a hash of their content.
      const immutable = path.startsWith(join(dir, 'assets'));
      c.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.all(CONSOLE_PATH, (c) => c.redirect(`${CONSOLE_PATH}/`, 308));
  app.use(`${CONSOLE_PATH}/*`, policy);
  app.use(`${CONSOLE_PATH}/settings.json`, async (c) => c.json(settings, 200, { 'cache-control': 'no-cache' }));
  app.use(`${CONSOLE_PATH}/*`, files);
}
