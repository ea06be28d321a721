import { thumbHashToDataURL } from 'thumbhash';

/** A blurred preview as a `data:` URL of about 5 KB, made from an image's `placeholder`. */
export const placeholderUrl = (placeholder: string): string =>
  thumbHashToDataURL(Uint8Array.from(atob(placeholder), (character) => character.charCodeAt(0)));
