import type { StackFile } from '../stack/stack-file.ts';

/** How to upload a picture of one's own, by the command line tool and by hand. */
export function curlRecipe({ apiUrl, apiKey }: StackFile): string {
  return `Upload a picture of your own:

  pnpm upload photo.jpg --category product

or by hand, as a seller app does it:

  KEY=${apiKey}
  curl -s ${apiUrl}/v1/images/upload-url -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
    -d '{"filename":"photo.jpg","contentType":"image/jpeg","contentLength":'$(wc -c < photo.jpg)',"category":"product"}'
  curl -T photo.jpg "<uploadUrl>" -H "<each of headers>"
  curl -s -X POST ${apiUrl}/v1/images/<imageId>/complete -H "Authorization: Bearer $KEY"
  curl -s ${apiUrl}/v1/images/<imageId> -H "Authorization: Bearer $KEY"`;
}
