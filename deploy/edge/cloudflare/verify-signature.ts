const encoder = new TextEncoder();

/**
 * Verifies the signature and the expiry of a private URL.
 *
 * @param keys `kid:tenant:secret,…`
 * @returns seconds until the URL expires; 0 if it has expired or is not validly signed
 */
export async function secondsLeft(path: string, query: URLSearchParams, keys: string): Promise<number> {
  const [exp = '', kid = '', signature = ''] = ['exp', 'kid', 's'].map((name) => query.get(name) ?? '');
  const left = /^[1-9]\d{9}$/.test(exp) ? Number(exp) - Math.floor(Date.now() / 1000) : 0;
  const secret = secretOf(kid, keys);
  if (left <= 0 || secret === undefined) return 0;
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const given = /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(signature) ? fromBase64url(signature) : undefined;
  const text = encoder.encode(`${path}?exp=${exp}&kid=${kid}`);
  // `verify` compares in constant time.
  return given && (await crypto.subtle.verify('HMAC', key, given, text)) ? left : 0;
}

function secretOf(kid: string, keys: string): Uint8Array<ArrayBuffer> | undefined {
  const key = keys
    .split(',')
    .map((entry) => entry.trim().split(':'))
    .find(([name]) => name === kid && kid !== '');
  const text = key?.[2];
  if (text === undefined) return undefined;
  // Hex first: 64 hex digits are valid base64url, too.
  return /^(?:[\da-f]{2})+$/i.test(text) ? fromHex(text) : fromBase64url(text);
}

const fromHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
