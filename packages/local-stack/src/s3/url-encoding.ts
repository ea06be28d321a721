/** Percent-encodes everything but RFC 3986's unreserved characters, as signatures demand. */
function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeRfc3986).join('/');
}

/** The form in which S3 writes keys into events and into listings with `encoding-type=url`. */
export function encodeKeyForXml(key: string): string {
  return encodePath(key).replaceAll('%20', '+');
}
