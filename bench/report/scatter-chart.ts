import { scaleLog } from 'd3-scale';
import type { Series } from './line-chart.ts';
import { escapeXml, palette, svg } from './svg.ts';

const SIDE = 360;
const MARGIN = 60;
const TOP = 70;

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

/** Dots over two logarithmic axes with the same range, and the line of equality; measured to the right, predicted up. */
export function scatterChart({ title, panels }: { title: string; panels: readonly Panel[] }): string {
  const body = panels.flatMap((panel, index) => panelOf(panel, MARGIN + index * (SIDE + MARGIN)));
  return svg(MARGIN + panels.length * (SIDE + MARGIN), TOP + SIDE + 50, title, body);
}

function panelOf({ title, series }: Panel, left: number): string[] {
  const values = series.flatMap(({ points }) => points.flatMap(({ x, y }) => [x, y]));
  const range: [number, number] = [Math.min(...values), Math.max(...values)];
  const x = scaleLog(range, [left, left + SIDE]).nice();
  const y = scaleLog(x.domain(), [TOP + SIDE, TOP]);
  const [low = 1, high = 1] = x.domain();
  const ticks = x.ticks().filter((tick) => Number.isInteger(Math.log10(tick)));
  const grid = ticks.flatMap((tick) => [
    `<line x1="${left}" x2="${left + SIDE}" y1="${y(tick)}" y2="${y(tick)}" stroke="#e5e7eb"/>`,
    `<text x="${left - 6}" y="${y(tick) + 4}" text-anchor="end" fill="#6b7280">${tick}</text>`,
    `<text x="${x(tick)}" y="${TOP + SIDE + 18}" text-anchor="middle" fill="#6b7280">${tick}</text>`,
  ]);
  const dots = series.flatMap(({ name, points }, index) => {
    const colour = palette[index % palette.length];
    const legendX = left + index * 110;
    return [
      ...points.map(
        (point) =>
          `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="2.5" fill="${colour}"><title>${escapeXml(point.label ?? '')}</title></circle>`,
      ),
      `<circle cx="${legendX}" cy="${TOP - 12}" r="4" fill="${colour}"/><text x="${legendX + 8}" y="${TOP - 8}" fill="#111827">${escapeXml(name)}</text>`,
    ];
  });
  return [
    `<text x="${left}" y="${TOP - 28}" fill="#374151">${escapeXml(title)}</text>`,
    ...grid,
    `<line x1="${x(low)}" y1="${y(low)}" x2="${x(high)}" y2="${y(high)}" stroke="#111827" stroke-dasharray="3 3"/>`,
    ...dots,
    `<text x="${left + SIDE / 2}" y="${TOP + SIDE + 38}" text-anchor="middle" fill="#374151">measured</text>`,
  ];
}
