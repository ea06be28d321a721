let made = 0;

/** An id that is unique on this page. Not a UUID: browsers generate UUIDs on https only. */
export function newId(): string {
  made += 1;
  return `new-${made}`;
}
