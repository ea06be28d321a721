// CloudFront Function (runtime cloudfront-js-2.0) for viewer requests of every behaviour of template.yaml. The runtime has
// ECMAScript 5.1, `const`, `let`, arrow functions, template literals, `async` and `await`, and little more: no destructuring, no
// spread, no `for…of`, no default parameters.
import cf from 'cloudfront';
import crypto from 'crypto';

const IMMUTABLE = /^\/images\/[0-9a-f]{2}\/[0-9a-f-]{36}\/[0-9a-z]+\/[\w.,=~+-]+$/;
const NAMED = /^\/images\/[0-9a-f-]{36}\/[0-9a-z-]+\.[a-z]+$/;
const NEGOTIATED = /^\/images\/[0-9a-f-]{36}\/[0-9a-z-]+$/;
const SIZED = /^\/images\/[0-9a-f-]{36}$/;
const PRIVATE = /^\/private\/[0-9a-f]{2}\/[0-9a-f-]{36}\/[0-9a-z]+\/[\w.,=~+-]+$/;

// In alphabetical order: the order in the cache key.
const VARIANT_PARAMETERS = ['download', 'v'];
const SIZE_PARAMETERS = ['bg', 'dpr', 'exp', 'f', 'fit', 'focus', 'h', 'kid', 'q', 's', 'w'];
const PRIVATE_PARAMETERS = ['exp', 'kid', 's'];

// The values that `Accept` has in the cache key.
const ANY = '*/*';
const ACCEPT = {
  avif: 'image/avif,image/webp,image/jpeg;q=0.9,image/png;q=0.9,*/*;q=0.1',
  webp: 'image/webp,image/jpeg;q=0.9,image/png;q=0.9,*/*;q=0.1',
  none: 'image/jpeg,image/png,*/*;q=0.1',
};

async function handler(event) {
  const request = event.request;
  if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'Method Not Allowed');
  if (PRIVATE.test(request.uri)) return verified(request);
  if (IMMUTABLE.test(request.uri)) return normalised(request, [], false);
  if (NAMED.test(request.uri)) return normalised(request, VARIANT_PARAMETERS, false);
  if (NEGOTIATED.test(request.uri)) return normalised(request, VARIANT_PARAMETERS, true);
  if (!SIZED.test(request.uri)) return refusal(404, 'Not Found');
  const format = first(request.querystring, 'f');
  return normalised(request, SIZE_PARAMETERS, format === undefined || format === 'auto');
}

// Known parameters only, each once, in one order; `Accept` as one of three values where it chooses the format, else as one value.
function normalised(request, names, isNegotiated) {
  const query = {};
  names.forEach((name) => {
    const value = first(request.querystring, name);
    if (value !== undefined && value !== '') query[name] = { value: value };
  });
  request.querystring = query;
  const accept = request.headers.accept ? request.headers.accept.value : '';
  request.headers.accept = { value: isNegotiated ? ACCEPT[acceptedFormat(accept)] : ANY };
  delete request.headers.cookie;
  delete request.headers.authorization;
  return request;
}

// The first value of a parameter that is repeated.
function first(querystring, name) {
  const parameter = querystring[name];
  if (!parameter) return undefined;
  return parameter.multiValue && parameter.multiValue.length > 0 ? parameter.multiValue[0].value : parameter.value;
}

function acceptedFormat(accept) {
  if (accepts(accept, 'image/avif')) return 'avif';
  return accepts(accept, 'image/webp') ? 'webp' : 'none';
}

// Named, and not with q=0.
function accepts(accept, mediaType) {
  return accept
    .toLowerCase()
    .split(',')
    .some((range) => {
      const parts = range.split(';').map((part) => part.trim());
      return parts[0] === mediaType && !parts.some((part) => /^q=0(\.0*)?$/.test(part));
    });
}

// Verified here on every request, hits included. The edge verifies again on a miss, with the image's tenant.
async function verified(request) {
  const query = request.querystring;
  const exp = first(query, 'exp');
  const kid = first(query, 'kid');
  const signature = first(query, 's');
  if (!exp || !kid || !signature || !/^[1-9][0-9]{9}$/.test(exp)) return refusal(403, 'Forbidden');
  if (Number(exp) * 1000 <= Date.now()) return refusal(403, 'Forbidden');
  const secret = await secretOf(kid);
  if (secret === undefined) return refusal(403, 'Forbidden');
  const expected = crypto.createHmac('sha256', secret).update(signedText(request.uri, exp, kid)).digest('base64url');
  if (!isSame(expected, signature)) return refusal(403, 'Forbidden');
  return normalised(request, PRIVATE_PARAMETERS, false);
}

async function secretOf(kid) {
  try {
    const secret = await cf.kvs().get(kid);
    // Hex first: 64 hex digits are valid base64url, too.
    return Buffer.from(secret, /^([0-9a-fA-F]{2})+$/.test(secret) ? 'hex' : 'base64url');
  } catch (error) {
    // No such key.
    return undefined;
  }
}

function signedText(path, exp, kid) {
  return `${path}?exp=${exp}&kid=${kid}`;
}

// In constant time: the runtime has no timingSafeEqual.
function isSame(expected, given) {
  if (expected.length !== given.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++)
    difference |= expected.charCodeAt(index) ^ given.charCodeAt(index);
  return difference === 0;
}

function refusal(statusCode, statusDescription) {
  return { statusCode: statusCode, statusDescription: statusDescription, headers: { 'cache-control': { value: 'no-store' } } };
}
