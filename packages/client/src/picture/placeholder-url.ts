import { thumbHashToDataURL } from 'thumbhash';

/** A blurred preview as a `data:` URL of some 5 KB, of the `placeholder` of an image. */
export const placeholderUrl = (placeholder: string): string =>
  thumbHashToDataURL(Uint8Array.from(atob(placeholder), (character) => character.charCodeAt(0)));
