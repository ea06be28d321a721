import type { Uppy } from '@uppy/core';
import type { Body, Meta } from '@uppy/core/utils';
import type { Imagemill } from '../create-imagemill.ts';

export interface UppyCompletionOptions {
  /** `ready` waits until all renditions are live; `uploaded` (if not given) only says that the bytes are there. */
  readonly wait?: 'ready' | 'uploaded' | undefined;
}

/**
 * A post-processor for Uppy: says of each file that its bytes are there, and notes `imageId` in its meta. A picture that is
 * rejected is a failed upload, in words for its seller.
 */
export function uppyCompletion<M extends Meta, B extends Body>(
  uppy: Uppy<M, B>,
  imagemill: Pick<Imagemill, 'completeUpload' | 'waitUntilReady'>,
  { wait = 'uploaded' }: UppyCompletionOptions = {},
): (fileIDs: string[]) => Promise<void> {
  async function complete(fileId: string): Promise<void> {
    const file = uppy.getFile(fileId);
    const imageId = imageIdOf(file.response?.body);
    if (file.error || imageId === undefined) return;
    uppy.emit('postprocess-progress', file, { mode: 'indeterminate', message: '' });
    try {
      await imagemill.completeUpload(imageId);
      if (wait === 'ready') await imagemill.waitUntilReady(imageId);
    } catch (error) {
      uppy.emit('upload-error', file, error as Error);
    } finally {
      uppy.setFileMeta(fileId, { imageId } as unknown as M);
      uppy.emit('postprocess-complete', uppy.getFile(fileId));
    }
  }
  return async (fileIDs) => void (await Promise.all(fileIDs.map(complete)));
}

/** The key of an original ends with its image's id and its own name. */
function imageIdOf(body: unknown): string | undefined {
  const { key = '' } = (body ?? {}) as { key?: string };
  return /\/([\da-f-]{36})\/original\.[a-z]+$/.exec(key)?.[1];
}
