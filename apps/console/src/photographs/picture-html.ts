import type { Image } from '../api/image.ts';

export function pictureHtml({ renditions }: Image, { alt }: { alt: string }): string {
  const byFormat = Map.groupBy(renditions, ({ format }) => format);
  const sources = ['avif', 'webp'].flatMap((format) => {
    const srcset = (byFormat.get(format) ?? []).map(({ url, width }) => `${url} ${width}w`).join(', ');
    return srcset ? `  <source type="image/${format}" srcset="${srcset}">` : [];
  });
  const last = renditions.at(-1);
  return [
    '<picture>',
    ...sources,
    `  <img src="${last?.url}" alt="${alt}" width="${last?.width}" height="${last?.height}">`,
    '</picture>',
  ].join('\n');
}
