import type { ApiClient } from '../api/api-client.ts';
import { imagePath } from '../images.ts';

/** A URL for the PUT of one part of exactly `contentLength` bytes. */
export interface SignedPart {
  readonly partNumber: number;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly contentLength: number;
}

export interface SignedParts {
  readonly parts: readonly SignedPart[];
  readonly expiresAt: string;
}

export interface UploadedPart {
  readonly partNumber: number;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
}

/** The calls for a multipart upload. All throw `ImagemillError`. */
export interface PartCalls {
  sign(imageId: string, partNumbers: readonly number[], signal?: AbortSignal): Promise<SignedParts>;
  uploaded(imageId: string, signal?: AbortSignal): Promise<readonly UploadedPart[]>;
}

export function createPartCalls(api: ApiClient): PartCalls {
  const path = (imageId: string) => `${imagePath(imageId)}/parts`;
  return {
    sign: (imageId, partNumbers, signal) =>
      api.json({ method: 'POST', path: path(imageId), body: { partNumbers }, signal }),
    uploaded: async (imageId, signal) =>
      (await api.json<{ parts: UploadedPart[] }>({ method: 'GET', path: path(imageId), signal })).parts,
  };
}
