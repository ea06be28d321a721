import { describe } from 'vitest';
import { describeDownloadUrls } from './download-urls.ts';
import { describeListings } from './listings.ts';
import { describeMultipart } from './multipart.ts';
import { describeObjects } from './objects.ts';
import type { StorageUnderTest } from './storage-under-test.ts';
import { describeUploadForms } from './upload-forms.ts';
import { describeUploadUrls } from './upload-urls.ts';

/** Tests that an adapter and its server provide everything that this project needs from an ObjectStorage. */
export function describeStorageContract(name: string, subject: StorageUnderTest): void {
  describe(`storage contract: ${name}`, () => {
    describeObjects(subject);
    describeDownloadUrls(subject);
    describeUploadUrls(subject);
    describeUploadForms(subject);
    describeListings(subject);
    describeMultipart(subject);
  });
}
