import type { StackFile } from '../stack/stack-file.ts';

/** How to upload a picture of one's own: with the command, and with curl as a seller app does it. */
export function curlRecipe({ apiUrl, apiKey }: StackFile): string {
  return `Upload a picture of your own:

  npx -y pnpm@12 upload photo.jpg --category product

or by hand, as a seller app does it (copy all of it; photo.jpg is your picture):

  API=${apiUrl} KEY=${apiKey}
  TICKET=$(curl -s $API/v1/images/upload-url -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d \\
    '{"filename":"photo.jpg","contentType":"image/jpeg","contentLength":'$(wc -c < photo.jpg | tr -d ' ')',"category":"product"}')
  URL=$(echo "$TICKET" | sed 's/.*"uploadUrl":"\\([^"]*\\)".*/\\1/')
  ID=$(echo "$TICKET" | sed 's/.*"imageId":"\\([^"]*\\)".*/\\1/')
  curl -sS -T photo.jpg "$URL" -H 'Content-Type: image/jpeg' -H 'Cache-Control: private' -H 'If-None-Match: *' -H 'x-amz-meta-filename: photo.jpg'
  curl -s -X POST $API/v1/images/$ID/complete -H "Authorization: Bearer $KEY"
  curl -s $API/v1/images/$ID -H "Authorization: Bearer $KEY"`;
}
