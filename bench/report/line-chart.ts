import { scaleLinear } from 'd3-scale';
import { escapeXml, palette, svg } from './svg.ts';

const WIDTH = 760;
const HEIGHT = 420;
const PLOT = { left: 70, right: 740, top: 60, bottom: 370 };

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  /** Only dots, for points without an order. */
  readonly dots?: boolean;
}

/** Lines or dots over two linear axes. */
export function lineChart(options: {
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly Series[];
  yFromZero?: boolean;
}): string {
  const points = options.series.flatMap((series) => series.points);
  const extent = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as [number, number];
  const [yMin, yMax] = extent(points.map(({ y }) => y));
  const x = scaleLinear(extent(points.map((point) => point.x)), [PLOT.left, PLOT.right]).nice();
  const y = scaleLinear([options.yFromZero ? 0 : yMin, yMax], [PLOT.bottom, PLOT.top]).nice();
  const grid = [
    ...y
      .ticks(6)
      .map(
        (tick) =>
          `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#e5e7eb"/><text x="${PLOT.left - 8}" y="${y(tick) + 4}" text-anchor="end" fill="#6b7280">${tick}</text>`,
      ),
    ...x
      .ticks(8)
      .map((tick) => `<text x="${x(tick)}" y="${PLOT.bottom + 18}" text-anchor="middle" fill="#6b7280">${tick}</text>`),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle" fill="#374151">${escapeXml(options.xLabel)}</text>`,
    `<text x="16" y="44" fill="#374151">${escapeXml(options.yLabel)}</text>`,
  ];
  const drawn = options.series.flatMap((series, index) => {
    const colour = palette[index % palette.length];
    const path = series.points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ');
    const legendX = 200 + index * 110;
    return [
      series.dots ? '' : `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...series.points.map(
        (point) =>
          `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="2.5" fill="${colour}">${point.label ? `<title>${escapeXml(point.label)}</title>` : ''}</circle>`,
      ),
      `<circle cx="${legendX}" cy="40" r="4" fill="${colour}"/><text x="${legendX + 8}" y="44" fill="#111827">${escapeXml(series.name)}</text>`,
    ];
  });
  return svg(WIDTH, HEIGHT, options.title, [...grid, ...drawn]);
}
