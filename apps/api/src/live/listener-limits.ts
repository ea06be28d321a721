import { Problem, tooMany } from '@imagemill/http';
import type { ImageId, Tenant } from '@imagemill/variants';

export interface ListenerLimitSettings {
  /** Per process. */
  readonly listenersMax: number;
  /** Per tenant in one process. */
  readonly listenersPerTenantMax: number;
  /** Per image in one process. */
  readonly listenersPerImageMax: number;
  /** Per image in one process, for followers with its follow token. */
  readonly listenersPerTokenMax: number;
}

/** A client that wants to follow an image. */
interface Follower {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
  /** Whether it has a follow token, not an API key. An image has one token. */
  readonly byToken: boolean;
}

export interface ListenerLimits {
  /**
   * Reserves a place for a listener.
   *
   * @returns a function that releases the place; further calls do nothing
   * @throws Problem 429 `too-many-listeners` at the limit of the token, the image or the tenant, 503 `no-room-to-listen` at
   * the limit of the process, or of the tenant's share of it
   */
  take(follower: Follower): () => void;
}

const RETRY_AFTER_S = 10;

/**
 * The part of a tenant's and of the process's places that follow tokens can take: browsers of sellers have them, and the rest
 * stays free for API keys.
 */
const TOKENS_SHARE = 0.8;

/** The part of the process's places that one tenant can take, with all its keys and tokens, even if its own limit is higher. */
const TENANT_SHARE = 0.8;

/** A group of listeners that a follower belongs to. */
interface Share {
  readonly group: string;
  readonly max: number;
  readonly full: () => Problem;
}

export function createListenerLimits(settings: ListenerLimitSettings): ListenerLimits {
  const counts = new Map<string, number>();
  const countOf = (group: string) => counts.get(group) ?? 0;

  function add(group: string, change: 1 | -1): void {
    const count = countOf(group) + change;
    if (count === 0) counts.delete(group);
    else counts.set(group, count);
  }

  return {
    take(follower) {
      const shares = sharesOf(follower, settings);
      const full = shares.find(({ group, max }) => countOf(group) >= max);
      if (full) throw full.full();
      for (const { group } of shares) add(group, 1);
      let isTaken = true;
      return () => {
        if (isTaken) for (const { group } of shares) add(group, -1);
        isTaken = false;
      };
    },
  };
}

/** The smallest group first. */
function sharesOf({ tenant, imageId, byToken }: Follower, settings: ListenerLimitSettings): Share[] {
  const { listenersMax, listenersPerTenantMax, listenersPerImageMax, listenersPerTokenMax } = settings;
  const image = `image ${tenant} ${imageId}`;
  const tokens = (max: number) => Math.ceil(max * TOKENS_SHARE);
  return [
    ...(byToken ? [{ group: `${image} tokens`, max: listenersPerTokenMax, full: tooManyOfImage }] : []),
    { group: image, max: listenersPerImageMax, full: tooManyOfImage },
    ...(byToken
      ? [{ group: `tenant ${tenant} tokens`, max: tokens(listenersPerTenantMax), full: tooManyOfTenant }]
      : []),
    { group: `tenant ${tenant}`, max: listenersPerTenantMax, full: tooManyOfTenant },
    { group: `process ${tenant}`, max: Math.ceil(listenersMax * TENANT_SHARE), full: noRoom },
    ...(byToken ? [{ group: 'process tokens', max: tokens(listenersMax), full: noRoom }] : []),
    { group: 'process', max: listenersMax, full: noRoom },
  ];
}

const tooManyListeners = (whose: string) => () =>
  tooMany({
    code: 'too-many-listeners',
    detail: `This ${whose} has reached its limit of live connections. Close some, or poll the status instead.`,
    retryAfterSeconds: RETRY_AFTER_S,
  });
const tooManyOfImage = tooManyListeners('image');
const tooManyOfTenant = tooManyListeners('tenant');

/** Another process may have room. */
export const noRoom = () =>
  new Problem({
    status: 503,
    code: 'no-room-to-listen',
    detail: 'This server has reached its limit of live connections. Try again shortly, or poll the status instead.',
    headers: { 'retry-after': String(RETRY_AFTER_S) },
  });
