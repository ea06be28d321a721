/** An image to follow. A ticket is one; its follow token replaces an API key. */
export interface FollowTarget {
  readonly imageId: string;
  readonly followToken?: string | undefined;
}

export const followTarget = (target: string | FollowTarget): FollowTarget =>
  typeof target === 'string' ? { imageId: target } : target;
