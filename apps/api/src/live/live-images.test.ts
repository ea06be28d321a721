import { createLogger } from '@imagemill/service';
import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createLiveImages } from './live-images.ts';

test('a client that leaves before its connection begins leaves its place to others', async () => {
  const live = createLiveImages({
    states: { load: async () => undefined, advance: () => undefined },
    categories: new Map(),
    limits: { listenersMax: 2, listenersPerTenantMax: 1, listenersPerImageMax: 1, listenersPerTokenMax: 1 },
    // None begins before its client has gone.
    starts: {
      take: async (_tenant, gone) => new Promise((resolve) => gone.addEventListener('abort', () => resolve())),
    },
    observer: { joined() {}, left() {} },
    logger: createLogger('test', 'silent'),
  });
  const listener = { unreadBytes: 0, send: () => true, beat: () => true, end() {} };
  function follow() {
    const leaving = new AbortController();
    const image = { tenant: Tenant.parse('acme'), imageId: ImageId.parse(uuidv7()) };
    const request = { ...image, byToken: false, lastEventId: undefined, gone: leaving.signal };
    return { followed: live.follow(request, listener), leave: () => leaving.abort() };
  }
  const first = follow();
  await expect(follow().followed).rejects.toMatchObject({ options: { code: 'too-many-listeners' } });
  first.leave();
  await first.followed;
  const second = follow();
  second.leave();
  await second.followed;
  live.close();
});
