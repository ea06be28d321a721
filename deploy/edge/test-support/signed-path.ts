import { createHmac } from 'node:crypto';

export const SECRET = Buffer.alloc(32, 7).toString('base64url');

export function signedPath(path: string, { exp = inSeconds(60), kid = 'k1', secret = SECRET } = {}): string {
  const text = `${path}?exp=${exp}&kid=${kid}`;
  return `${text}&s=${createHmac('sha256', Buffer.from(secret, 'base64url')).update(text).digest('base64url')}`;
}

export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
