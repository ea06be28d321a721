import { Problem } from '@imagemill/http';
import type { createQueueViews } from '@imagemill/queue';
import type { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import type { ApiBindings } from '../http/bindings.ts';
import type { createBoardPage } from './board-page.ts';
import { BOARD_COOKIE, BOARD_PATH, type BoardSessions } from './board-sessions.ts';

/** The dependencies of BullMQ's board. */
export interface Board {
  readonly sessions: BoardSessions;
  readonly queues: ReturnType<typeof createQueueViews>;
}

/** Allows what the board's page needs, except its web font from another site. */
const policy = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'self'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
});

/**
 * GET /board: BullMQ's own board, for sessions of `POST /v1/board-sessions`. Read-only: a retry or removal there would
 * skip the manifest and the webhook event of the image.
 */
export function serveBoard(app: Hono<ApiBindings>, { sessions, queues }: Board): void {
  // Loaded with the first request: it is a tenth of the API's start.
  let page: ReturnType<typeof createBoardPage> | undefined;
  const pageOnce = async () => {
    page ??= (await import('./board-page.ts')).createBoardPage(queues);
    return page;
  };
  const admitSession = createMiddleware<ApiBindings>(async (c, next) => {
    const token = getCookie(c, BOARD_COOKIE);
    const caller = token === undefined ? undefined : sessions.verify(token);
    if (!caller) throw noSession();
    c.set('caller', caller);
    await next();
  });
  for (const path of [BOARD_PATH, `${BOARD_PATH}/*`]) app.use(path, policy, admitSession);
  // Mounted as a whole: its routes are not part of the API or of its description.
  app.mount(BOARD_PATH, async (request) => (await pageOnce()).fetch(request), { replaceRequest: false });
}

const noSession = () =>
  new Problem({
    status: 401,
    code: 'no-board-session',
    detail: 'Open the board from the console, with an admin key. A session ends after 15 minutes.',
  });
