/** Shows control characters as `\uFFFD`: file names and server messages are untrusted. Line breaks stay. */
export const plainText = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '\uFFFD');
