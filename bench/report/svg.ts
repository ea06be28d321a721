export const palette = ['#2563eb', '#db2777', '#059669', '#d97706', '#7c3aed', '#475569'];

export const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** An SVG with its own white background, readable on light and dark pages. */
export function svg(width: number, height: number, title: string, body: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="24" font-size="14" font-weight="600" fill="#111827">${escapeXml(title)}</text>
${body.join('\n')}
</svg>
`;
}
