import type { Message } from './failure.ts';
import { notAnImage } from './not-an-image.ts';

/** Why an image was rejected, or failed: the codes of an image's `error`. */
export const imageMessages: Readonly<Record<string, Message>> = {
  'unsupported-format': (_failure, file) => notAnImage(file),
  'type-mismatch':
    'The content of this file does not match its type, for example a PNG that is named .jpg. Save it again in one format.',
  'too-many-bytes': 'This file is too large. Make the image smaller, then upload it again.',
  'too-many-pixels': 'This image has too many pixels. Make it smaller, then upload it again.',
  'too-many-frames': 'This animation has too many frames. Shorten it, or upload a single frame.',
  'too-complex':
    'This image has too many parts, too much metadata, or takes too much memory to process. Export it again, or make it smaller, then upload it.',
  corrupt: 'This file is damaged or incomplete. Save or export the image again, then upload it.',
  timeout: 'This image takes too long to process. Make it smaller, then upload it again.',
  'crashed-decoder':
    'This file cannot be processed. Save or export the image again in another program, then upload it.',
  'checksum-mismatch': 'The file changed on its way to the server. Upload it again.',
  'import-forbidden':
    'Imports from this address are not allowed: use a public http(s) URL with at most three redirects.',
  'import-not-found': 'There is no file at this URL.',
  'import-refused': 'The server of this URL refused the download. Download the image yourself, then upload the file.',
  'import-unreachable':
    'The server of this URL did not send the file after several attempts. Check the URL, or try again later.',
  'moderation-held': 'An operator must check this image before it is published.',
  'moderation-rejected': ({ message }) => message,
  'moderation-expired': 'This image was not released in time. Upload it again, or contact the operator.',
  'processing-failed':
    'Processing failed because of a fault in the service, not in your image. An operator can process it again.',
  'upload-expired': 'The file was not uploaded in time. Upload it again.',
  'image-deleted': 'This image was deleted.',
};
