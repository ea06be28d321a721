import type { ApiClient } from '../api/api-client.ts';
import type { ImageCalls } from '../images.ts';
import type { PartCalls } from './part-calls.ts';

/** What an upload is made of. */
export interface UploadServices {
  readonly api: ApiClient;
  readonly images: ImageCalls;
  readonly parts: PartCalls;
  readonly fetch: typeof fetch;
}
