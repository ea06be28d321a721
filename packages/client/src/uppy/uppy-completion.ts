import type { Uppy } from '@uppy/core';
import type { Body, Meta } from '@uppy/core/utils';
import type { Imagemill } from '../create-imagemill.ts';

export interface UppyCompletionOptions {
  /** `ready` waits until all renditions are live; `uploaded` (default) only reports the completed upload. */
  readonly wait?: 'ready' | 'uploaded' | undefined;
}

/**
 * A post-processor for Uppy: reports each completed upload, and stores `imageId` in the file's meta. A rejected image is a
 * failed upload, with a message for its seller.
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

/** The key of an original ends with the image's id and a fixed file name. */
function imageIdOf(body: unknown): string | undefined {
  const { key = '' } = (body ?? {}) as { key?: string };
  return /\/([\da-f-]{36})\/original\.[a-z]+$/.exec(key)?.[1];
}
