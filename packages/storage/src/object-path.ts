/** The path of an object, path-style, below that of the endpoint. @param escapedKey as it is part of a URL */
export const objectPath = (
  endpoint: { readonly path: string } | undefined,
  bucket: string,
  escapedKey: string,
): string => `${endpoint?.path.replace(/\/$/, '') ?? ''}/${bucket}/${escapedKey}`;
