let made = 0;

/** An id that nothing else on this page has. Not a UUID: browsers make these on https alone. */
export function newId(): string {
  made += 1;
  return `new-${made}`;
}
