import { Problem } from '@imagemill/http';

/** Seconds that caches may keep a 404: an upload may arrive at any time. */
const NOT_HERE_MAX_AGE_S = 2;
const GONE_MAX_AGE_S = 60;
const RETRY_AFTER_S = 2;

const cached = (seconds: number) => ({ 'cache-control': `public, max-age=${seconds}` });
const unavailable = (code: string, detail: string, retryAfterS = RETRY_AFTER_S) =>
  new Problem({
    status: 503,
    code,
    detail,
    headers: { 'retry-after': String(retryAfterS), 'cache-control': 'no-store' },
  });

export const pictureNotFound = () =>
  new Problem({
    status: 404,
    code: 'picture-not-found',
    detail: 'There is no picture at this URL, or its original has not been uploaded yet.',
    headers: cached(NOT_HERE_MAX_AGE_S),
  });

export const notRenderable = () =>
  new Problem({
    status: 404,
    code: 'not-renderable',
    detail: 'The original of this picture cannot be rendered.',
    headers: cached(NOT_HERE_MAX_AGE_S),
  });

export const imageGone = () =>
  new Problem({
    status: 410,
    code: 'image-gone',
    detail: 'This image was rejected or deleted.',
    headers: cached(GONE_MAX_AGE_S),
  });

export const queueFull = () =>
  unavailable('render-queue-full', 'Too many pictures wait to be rendered, or too many images are looked up.');
export const tenantQueueFull = () =>
  unavailable('tenant-queue-full', 'Too many pictures of this owner wait to be rendered.');
export const leftToTheWorker = () =>
  unavailable('not-rendered-yet', 'This picture is made by a worker. Try again later.');
export const tookTooLong = () => unavailable('request-timeout', 'The picture was not ready in time.');
export const rendersTooLong = (retryAfterS: number) =>
  unavailable('request-timeout', 'The picture was not ready in time when it was rendered last.', retryAfterS);

/** No client receives it: it keeps disconnects from being logged as failures of ours. */
export const clientDisconnected = () =>
  new Problem({ status: 400, code: 'client-disconnected', detail: 'The client has disconnected.' });
