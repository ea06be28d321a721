import type { Image, Rendition } from '../api/image.ts';

/** Made for a place and a shape of their own: a crop for link previews, circles. */
const isWhole = ({ variant }: Rendition) => variant !== 'og' && !variant.startsWith('round');
/** What every browser shows. */
const plain = ['jpeg', 'png'];

/** A `<picture>` from which a browser takes the best format it knows, in the smallest size that is enough. */
export function pictureHtml({ renditions }: Image, { alt }: { alt: string }): string {
  const byFormat = Map.groupBy(renditions.filter(isWhole), ({ format }) => format);
  const sources = [...byFormat].flatMap(([format, sizes]) => {
    if (plain.includes(format)) return [];
    // Two variants have the same pixels where nothing is enlarged.
    const srcset = [...new Map(sizes.map(({ width, url }) => [width, `${escaped(url)} ${width}w`])).values()];
    return `  <source type="image/${format}" sizes="100vw" srcset="${srcset.join(', ')}">`;
  });
  const last = plain.flatMap((format) => byFormat.get(format) ?? []).at(-1) ?? renditions.at(-1);
  if (!last) return '';
  const img = `  <img src="${escaped(last.url)}" alt="${escaped(alt)}" width="${last.width}" height="${last.height}" loading="lazy">`;
  return ['<picture>', ...sources, img, '</picture>'].join('\n');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
