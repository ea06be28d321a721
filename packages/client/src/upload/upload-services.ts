import type { ApiClient } from '../api/api-client.ts';
import type { ImageCalls } from '../images.ts';
import type { PartCalls } from './part-calls.ts';

/** The services that an upload uses. */
export interface UploadServices {
  readonly api: ApiClient;
  readonly images: ImageCalls;
  readonly parts: PartCalls;
  readonly fetch: typeof fetch;
}
