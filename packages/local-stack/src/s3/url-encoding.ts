/** Percent-encodes everything except RFC 3986's unreserved characters, as signatures require. */
function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeRfc3986).join('/');
}

/** The encoding of keys in S3's events and in listings with `encoding-type=url`. */
export function encodeKeyForXml(key: string): string {
  return encodePath(key).replaceAll('%20', '+');
}
