interface Problem {
  readonly code: 'watermark-format' | 'watermark-references' | 'watermark-text';
  /** After the name of the file. */
  readonly message: string;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Where libvips looks for the root of an SVG. */
const SVG_ROOT_CHARS = 1000;

/** Why a file cannot be a watermark: known from its bytes, without decoding it. */
export function watermarkFileProblem(bytes: Uint8Array): Problem | undefined {
  if (PNG_SIGNATURE.every((byte, index) => bytes[index] === byte)) return undefined;
  const text = new TextDecoder().decode(bytes);
  if (!/<(?:\w+:)?svg[\s>]/.test(text.slice(0, SVG_ROOT_CHARS))) {
    return { code: 'watermark-format', message: 'is neither a PNG nor an SVG in UTF-8' };
  }
  // Fonts differ between machines: the same revision must have the same bytes everywhere.
  if (/<(?:\w+:)?text[\s>]/.test(text)) return { code: 'watermark-text', message: 'has text: convert it to paths' };
  if (externals.some((pattern) => pattern.test(text))) {
    return { code: 'watermark-references', message: 'refers to other files, or has entities: embed what it needs' };
  }
  return undefined;
}

/** Values in quotes that are neither a part of the file nor contained in it. */
const externals = [
  /\bhref\s*=\s*(["'])(?!#|data:)/,
  /\burl\(\s*["']?(?!#|data:|["'\s])/,
  /@import\b/,
  /<!ENTITY\b/,
  /<\?xml-stylesheet\b/,
];
