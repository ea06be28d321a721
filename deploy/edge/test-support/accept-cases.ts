/** `Accept` headers, and what they are in a cache key. */
export const acceptCases: readonly (readonly [accept: string, accepted: 'avif' | 'webp' | 'none'])[] = [
  ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif'],
  ['image/avif,image/jxl,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'avif'],
  ['IMAGE/AVIF', 'avif'],
  ['image/avif;q=0.05', 'avif'],
  ['image/avif ; q=0, image/webp;q=0.5', 'webp'],
  ['image/avif;q=0.000,image/webp', 'webp'],
  ['image/webp,image/png,*/*;q=0.5', 'webp'],
  ['image/avif;q=0,image/webp;q=0.0', 'none'],
  ['image/avifx,x-image/webp', 'none'],
  ['image/*', 'none'],
  ['*/*', 'none'],
  ['', 'none'],
  [',;,q=1;;image/webp;', 'none'],
];
