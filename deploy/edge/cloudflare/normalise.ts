/** What a path of the delivery contract names; every other path reaches no origin. */
export type Kind = 'immutable' | 'named' | 'negotiated' | 'sized' | 'private';

const kinds: readonly (readonly [Kind, RegExp])[] = [
  ['immutable', /^\/images\/[0-9a-f]{2}\/[0-9a-f-]{36}\/[0-9a-z]+\/[\w.,=~+-]+$/],
  ['named', /^\/images\/[0-9a-f-]{36}\/[0-9a-z-]+\.[a-z]+$/],
  ['negotiated', /^\/images\/[0-9a-f-]{36}\/[0-9a-z-]+$/],
  ['sized', /^\/images\/[0-9a-f-]{36}$/],
  ['private', /^\/private\/[0-9a-f]{2}\/[0-9a-f-]{36}\/[0-9a-z]+\/[\w.,=~+-]+$/],
];

/** In alphabetical order: the order in the cache key. */
const parameters: Readonly<Record<Kind, readonly string[]>> = {
  immutable: [],
  named: ['download', 'v'],
  negotiated: ['download', 'v'],
  sized: ['bg', 'dpr', 'exp', 'f', 'fit', 'focus', 'h', 'kid', 'q', 's', 'w'],
  private: ['exp', 'kid', 's'],
};

/** The formats that a browser accepts, as one of three values. */
export type Accepted = 'avif' | 'webp' | 'none';

/** The `Accept` that the edge receives for each of them. */
export const acceptOf: Readonly<Record<Accepted, string>> = {
  avif: 'image/avif,image/webp,image/jpeg;q=0.9,image/png;q=0.9,*/*;q=0.1',
  webp: 'image/webp,image/jpeg;q=0.9,image/png;q=0.9,*/*;q=0.1',
  none: 'image/jpeg,image/png,*/*;q=0.1',
};

export const kindOf = (path: string): Kind | undefined => kinds.find(([, pattern]) => pattern.test(path))?.[0];

/** The known parameters of the kind, each once, in one order. A parameter that no origin receives cannot change what is cached. */
export function normalQuery(kind: Kind, query: URLSearchParams): URLSearchParams {
  const known = parameters[kind].map((name) => [name, query.get(name) ?? ''] as const);
  return new URLSearchParams(known.filter(([, value]) => value !== '').map(([name, value]) => [name, value]));
}

/** Undefined if the URL decides the format alone. */
export function acceptedOf(kind: Kind, query: URLSearchParams, accept: string): Accepted | undefined {
  const isNegotiated = kind === 'negotiated' || (kind === 'sized' && ['', 'auto'].includes(query.get('f') ?? ''));
  if (!isNegotiated) return undefined;
  if (accepts(accept, 'image/avif')) return 'avif';
  return accepts(accept, 'image/webp') ? 'webp' : 'none';
}

/** Named, and not with q=0. */
function accepts(accept: string, mediaType: string): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(([type, ...options]) => type === mediaType && !options.some((option) => /^q=0(\.0*)?$/.test(option)));
}
