import type { ImageWarning } from '../types.ts';

type Words<Code extends ImageWarning['code']> = (warning: Extract<ImageWarning, { code: Code }>) => string;

const warningMessages: { readonly [Code in ImageWarning['code']]: Words<Code> } = {
  'too-small': ({ variants, width, height, needed }) =>
    `This image is small: ${pixels({ width, height })} pixels. For full-size ${listed(variants)} pictures, upload one of at least ${pixels(needed)}.`,
  'location-removed': () =>
    'This image contained the location where it was taken. The location was removed and is not published.',
  'profile-converted': ({ profile }) =>
    `The colours of this image were converted to sRGB for the web${profile === 'unnamed' ? '' : `, from ${profile}`}. Very vivid colours can look a little duller.`,
  'hdr-dropped': () => 'This is an HDR photo. It is shown in standard brightness, so highlights are less bright.',
  'animation-dropped': () => 'This image is animated. Only its first frame is shown.',
  'ai-mark': () => 'The file is marked as made or edited with AI. The published pictures keep this mark.',
  blurry: () => 'This picture looks blurry. Hold the camera still, and focus on the product.',
  'too-dark': () => 'This picture looks too dark. Take it in more light.',
  'too-bright': () => 'This picture looks too bright: most of it is nearly white. Take it in less light.',
  framed: ({ sides }) => `This picture has a frame or bars (${listed(sides)}). Upload it without them.`,
  duplicate: () => 'You have uploaded exactly this file before.',
  'near-duplicate': () => 'You have uploaded nearly the same picture before.',
};

/** A warning about an image in plain English, for its seller. A code that this version does not have yet is returned as it is. */
export function messageForWarning<Code extends ImageWarning['code']>(
  warning: Extract<ImageWarning, { code: Code }>,
): string {
  const words: Words<Code> | undefined = warningMessages[warning.code as Code];
  return words ? words(warning) : warning.code;
}

const pixels = ({ width, height }: { width: number; height: number }) => `${width} × ${height}`;

const listed = (names: readonly string[]) =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
