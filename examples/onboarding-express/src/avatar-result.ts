import type { Image } from '@imagemill/client';
import type { AvatarResult } from './users.ts';

/** The columns of the users table that come from an image. */
export function avatarResult({ imageId, status, error, renditions }: Image): AvatarResult {
  const url = (variant: string) =>
    renditions.find((rendition) => rendition.variant === variant && rendition.format === 'webp')?.url;
  const [small, medium, large] = [url('round-small'), url('round-medium'), url('round-large')];
  return {
    imageId,
    status,
    error: error?.message ?? null,
    thumbnails: small && medium && large ? { 100: small, 200: medium, 400: large } : undefined,
  };
}
