import type { Categories } from '@imagemill/variants';
import { z } from 'zod';
import { Filename, Metadata } from '../images/seller-text.ts';
import { categoryField, EnhanceField, FocusField, Sha256Field } from './request-fields.ts';

const URL_LENGTH_MAX = 2_048;

/** Checks the form only: the address is checked when a worker connects to it. */
const ImportUrl = z
  .string()
  .max(URL_LENGTH_MAX)
  .meta({ format: 'uri' })
  .transform((text, context) => {
    const url = URL.parse(text);
    const isPlain = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
    if (isPlain) {
      url.hash = '';
      return url.href;
    }
    const message = 'must be an http or https URL without credentials';
    context.addIssue({ code: 'custom', params: { code: 'invalid-url' }, message });
    return z.NEVER;
  });

/** The body of a request to import an image from a URL. */
export const importRequest = (categories: Categories) =>
  z.strictObject({
    url: ImportUrl,
    category: categoryField(categories),
    filename: Filename.optional(),
    checksumSha256: Sha256Field.optional(),
    metadata: Metadata.default({}),
    focus: FocusField.optional(),
    enhance: EnhanceField.optional(),
  });

/** The default file name of an import: the end of its URL. */
export function filenameOf(url: string): string {
  const [, name = ''] = /([^/]*)\/?$/.exec(new URL(url).pathname) ?? [];
  return Filename.safeParse(decoded(name)).data ?? 'import';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
