import { type Format, fileExtensions, formatMediaTypes } from '@imagemill/variants';

const LENGTH_MAX = 100;
/** Separators of paths and characters that some file systems forbid; and controls, invisible and direction-changing characters. */
const FORBIDDEN = /[\\/:*?"<>|]|\p{C}/gu;

/**
 * A file name from a request, made safe: without a path, and always with the extension of its real type.
 *
 * @param contentType of the picture
 */
export function downloadName(asked: string, contentType: string): string {
  const extension = extensionOf(contentType);
  const name = asked.normalize('NFC').replaceAll(FORBIDDEN, '-').trim().replace(/^\.+/, '');
  const stem = name.toLowerCase().endsWith(`.${extension}`) ? name.slice(0, -extension.length - 1) : name;
  return `${[...stem].slice(0, LENGTH_MAX).join('') || 'image'}.${extension}`;
}

function extensionOf(contentType: string): string {
  const formats = Object.keys(formatMediaTypes) as Format[];
  const format = formats.find((each) => formatMediaTypes[each] === contentType);
  return format ? fileExtensions[format] : 'bin';
}
