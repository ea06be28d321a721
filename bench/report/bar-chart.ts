import { scaleLinear } from 'd3-scale';
import { escapeXml, palette, svg } from './svg.ts';

const WIDTH = 760;
const ROW = 20;
const LEFT = 170;
const TOP = 44;

/** Horizontal bars, one per row, with a line at the reference value. */
export function barChart(options: {
  title: string;
  bars: readonly { label: string; value: number }[];
  reference: number;
}): string {
  const { title, bars, reference } = options;
  const x = scaleLinear([0, Math.max(reference, ...bars.map(({ value }) => value)) * 1.05], [LEFT, WIDTH - 60]);
  const height = TOP + bars.length * ROW + 24;
  const rows = bars.flatMap(({ label, value }, index) => {
    const y = TOP + index * ROW;
    return [
      `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end" fill="#374151">${escapeXml(label)}</text>`,
      `<rect x="${LEFT}" y="${y + 3}" width="${x(value) - LEFT}" height="${ROW - 6}" fill="${palette[0]}"/>`,
      `<text x="${x(value) + 6}" y="${y + 13}" fill="#111827">${value.toFixed(2)}</text>`,
    ];
  });
  const mark = `<line x1="${x(reference)}" x2="${x(reference)}" y1="${TOP - 4}" y2="${height - 20}" stroke="#111827" stroke-dasharray="3 3"/>`;
  return svg(WIDTH, height, title, [...rows, mark]);
}
