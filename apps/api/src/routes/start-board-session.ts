import { Problem } from '@imagemill/http';
import { setCookie } from 'hono/cookie';
import { z } from 'zod';
import { BOARD_COOKIE, BOARD_PATH, BOARD_SESSION_SECONDS } from '../board/board-sessions.ts';
import type { ApiRoute } from '../http/api-route.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const Started = z
  .object({ path: z.string().meta({ description: 'path of the board' }), expiresInSeconds: z.int() })
  .meta({ examples: [{ path: BOARD_PATH, expiresInSeconds: BOARD_SESSION_SECONDS }] });

const description = describeRoute({
  id: 'startBoardSession',
  tag: 'Operation',
  summary: "Open BullMQ's board in this browser for a limited time",
  responses: {
    201: {
      description: 'A cookie for the board, and the path of the board.',
      body: Started,
      headers: ['Cache-Control', 'Set-Cookie'],
    },
  },
  problems: ['board-is-off'],
});

/** POST /v1/board-sessions: a cookie that opens BullMQ's board to the operator's browser for a limited time. */
export const startBoardSession: ApiRoute = (app, { board, settings }) => {
  app.post('/v1/board-sessions', description, async (c) => {
    if (!board) throw boardIsOff();
    setCookie(c, BOARD_COOKIE, board.sessions.issue(c.var.caller), {
      path: BOARD_PATH,
      httpOnly: true,
      // Not sent even when a link on another site is followed.
      sameSite: 'Strict',
      secure: settings.apiBaseUrl.startsWith('https:'),
      maxAge: BOARD_SESSION_SECONDS,
    });
    const started: z.infer<typeof Started> = { path: BOARD_PATH, expiresInSeconds: BOARD_SESSION_SECONDS };
    return c.json(started, 201, { 'cache-control': 'no-store' });
  });
};

const boardIsOff = () =>
  new Problem({
    status: 404,
    code: 'board-is-off',
    detail: 'The board is off: BOARD_SESSION_SECRET is not set.',
  });
