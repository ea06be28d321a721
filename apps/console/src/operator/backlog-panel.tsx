import { LineChart } from '../charts/line-chart.tsx';
import { count, humanDuration, perSecond } from '../ui/format.ts';
import { SPAN_MS, type useSamples } from './use-samples.ts';

/** The backlog and the throughput, now and over the last minutes. */
export function BacklogPanel({ value, samples, trouble }: ReturnType<typeof useSamples>) {
  const facts = [
    ['Waiting', value && count(value.waiting + value.delayedDue)],
    ['In progress', value && count(value.active)],
    ['Longest wait', value && humanDuration(value.oldestWaitingMs)],
    [
      'Estimated time left',
      value && (value.predictedSeconds === null ? 'unknown' : humanDuration(value.predictedSeconds * 1000)),
    ],
    ['Awaiting upload', value && count(value.delayed)],
    ['Dead letters', value && count(value.failed)],
  ] as const;
  return (
    <section aria-labelledby="work">
      <h2 id="work">Queue</h2>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, shown]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{shown ?? '–'}</dd>
          </div>
        ))}
      </dl>
      <div class="charts">
        <LineChart
          title="Backlog, jobs"
          samples={samples.map(({ at, backlog }) => ({ at, value: backlog }))}
          spanMsMax={SPAN_MS}
          topMin={10}
          shown={count}
        />
        <LineChart
          title="Throughput, images per second"
          samples={samples.map(({ at, endedPerSecond }) => ({ at, value: endedPerSecond }))}
          spanMsMax={SPAN_MS}
          topMin={0.1}
          shown={perSecond}
        />
      </div>
    </section>
  );
}
