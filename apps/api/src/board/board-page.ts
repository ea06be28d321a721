import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { createQueueViews } from '@imagemill/queue';
import { Hono } from 'hono';
import { BOARD_PATH } from './board-sessions.ts';

/** BullMQ's own board, read-only, below BOARD_PATH. */
export function createBoardPage(queues: ReturnType<typeof createQueueViews>): Hono {
  const adapter = new HonoAdapter(serveStatic).setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'imagemill', hideRedisDetails: true } },
  });
  return new Hono().route(BOARD_PATH, adapter.registerPlugin());
}
