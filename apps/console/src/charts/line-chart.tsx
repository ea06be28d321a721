import { useId } from 'preact/hooks';

const WIDTH = 480;
const HEIGHT = 120;
/** Space above the highest point, so that the line is not clipped. */
const TOP = 8;
const MINUTE_MS = 60_000;

interface Sample {
  /** ms since 1970. */
  readonly at: number;
  readonly value: number;
}

interface LineChartProps {
  readonly title: string;
  readonly samples: readonly Sample[];
  /** The longest time span; shorter while there are fewer samples. */
  readonly spanMsMax: number;
  /** The least upper end of the scale. */
  readonly topMin: number;
  readonly shown: (value: number) => string;
}

/**
 * A line chart over time, ending now. Its scale starts at 0 and ends at a round number above the highest sample.
 */
export function LineChart({ title, samples, spanMsMax, topMin, shown }: LineChartProps) {
  const gradient = useId();
  const last = samples.at(-1);
  const end = last?.at ?? 0;
  const minutes = Math.ceil((end - (samples[0]?.at ?? end)) / MINUTE_MS);
  const spanMs = Math.min(spanMsMax, Math.max(1, minutes) * MINUTE_MS);
  const top = roundUp(Math.max(topMin, ...samples.map(({ value }) => value)));
  const x = (at: number) => WIDTH - ((end - at) / spanMs) * WIDTH;
  const y = (value: number) => HEIGHT - 1 - (value / top) * (HEIGHT - TOP);
  const line = samples.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const first = samples[0];
  const area = first ? `${x(first.at).toFixed(1)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}` : '';
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        <strong>{last ? shown(last.value) : '–'}</strong>
      </figcaption>
      <span class="chart-top quiet" aria-hidden="true">
        {shown(top)}
      </span>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <linearGradient id={gradient} x1="0" x2="0" y1="0" y2="1">
          <stop offset="0" class="chart-shade" stop-opacity="0.25" />
          <stop offset="1" class="chart-shade" stop-opacity="0.02" />
        </linearGradient>
        <line class="chart-grid" x1="0" x2={WIDTH} y1={y(top)} y2={y(top)} />
        <line class="chart-grid" x1="0" x2={WIDTH} y1={y(top / 2)} y2={y(top / 2)} />
        <polygon points={area} fill={`url(#${gradient})`} />
        <polyline class="chart-line" points={line} />
      </svg>
      <div class="chart-axis quiet" aria-hidden="true">
        <span>{Math.round(spanMs / MINUTE_MS)} min ago</span>
        <span>now</span>
      </div>
    </figure>
  );
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
