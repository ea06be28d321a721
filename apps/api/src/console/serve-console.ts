import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { ApiBindings } from '../http/bindings.ts';
import type { ConsolePage } from './console-page.ts';

const CONSOLE_PATH = '/console';

/** @returns what is wrong with the folder, for the checks before the start */
export async function checkConsole(dir: string): Promise<string[]> {
  const index = await stat(join(dir, 'index.html')).catch(() => undefined);
  return index?.isFile() ? [] : ['there is no built console in it: build one with apps/console/build/build-console.ts'];
}

/** GET /console/: the web page, for everybody: it holds no secret, and asks for keys. */
export function serveConsole(
  app: Hono<ApiBindings>,
  { dir, connectOrigins, imageOrigins, categories }: ConsolePage,
): void {
  const policy = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // blob: is a photograph that was dropped, data: the blur that stands for one that is not there yet.
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
      // The build puts a hash of its content into the name of every file in assets.
      const immutable = path.startsWith(join(dir, 'assets'));
      c.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.all(CONSOLE_PATH, (c) => c.redirect(`${CONSOLE_PATH}/`, 308));
  app.use(`${CONSOLE_PATH}/*`, policy);
  app.use(`${CONSOLE_PATH}/categories.json`, async (c) => c.json(categories, 200, { 'cache-control': 'no-cache' }));
  app.use(`${CONSOLE_PATH}/*`, files);
}
