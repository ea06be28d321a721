/** Names, and what a server says, are not ours: whatever would steer the terminal is shown as `\uFFFD`. Lines stay lines. */
export const plainText = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '\uFFFD');
