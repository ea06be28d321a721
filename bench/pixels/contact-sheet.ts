import type { Difference } from './cells.ts';

/** A file, and the engine's rendering of it. */
export interface Compared {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly png?: Uint8Array;
  readonly verdict: string;
  readonly difference?: Difference;
  readonly isOutlier: boolean;
}

/** Limit for a readable page. */
const ENTRIES_MAX = 200;

/** A page with the first files, each shown by the browser beside its rendition, on a checkered background. */
export function contactSheet(entries: readonly Compared[]): string {
  const figures = entries.slice(0, ENTRIES_MAX).map(figure).join('\n');
  return `<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>
body { font: 12px sans-serif; display: flex; flex-wrap: wrap; gap: 12px }
figure { margin: 0; width: 330px } figcaption { overflow-wrap: anywhere }
img { width: 160px; height: 120px; object-fit: contain; background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 0 / 16px 16px }
</style>
${figures}`;
}

function figure({ name, bytes, png, verdict, difference }: Compared): string {
  const numbers = difference ? `mean ${difference.mean.toFixed(2)}, worst ${difference.worst.toFixed(2)}` : verdict;
  const rendition = png ? `<img alt="rendition" src="${dataUrl(png)}">` : '';
  return `<figure><img alt="file" src="${dataUrl(bytes)}">${rendition}<figcaption>${escaped(name)}: ${escaped(numbers)}</figcaption></figure>`;
}

/** Without a media type: the browser detects it from the content, as for a file. */
const dataUrl = (bytes: Uint8Array) => `data:image/*;base64,${Buffer.from(bytes).toString('base64')}`;

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
