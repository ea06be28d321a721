import type { Upgrade } from '@imagemill/records';
import { prefixes } from '@imagemill/variants';
import { z } from 'zod';

const NamesUrls = z.looseObject({ renditions: z.array(z.looseObject({ url: z.string() })) });

/** Version 1 to 2: a ready manifest stored the URL of each rendition, under the CDN_BASE_URL of that time. It now stores keys. */
export const namesKeys: Upgrade = (manifest) => {
  if (manifest.status !== 'ready') return manifest;
  const { renditions, ...others } = NamesUrls.parse(manifest);
  return { ...others, renditions: renditions.map(({ url, ...rendition }) => ({ ...rendition, key: keyOf(url) })) };
};

/** The base URL may contain the prefix too; in a key it occurs once, at the start. */
const keyOf = (url: string) => url.slice(url.lastIndexOf(prefixes.renditions));
