import type { Rendition } from '@imagemill/client';
import { humanBytes, percent } from '../ui/format.ts';

const BAR_WIDTH = 100;

/** The bytes of each stored rendition, as bars and numbers, and as a share of the original. */
export function BytesChart(props: { renditions: readonly Rendition[]; originalBytes: number | undefined }) {
  const { originalBytes } = props;
  const renditions = props.renditions.flatMap(({ bytes, ...others }) => (bytes === null ? [] : { bytes, ...others }));
  const most = Math.max(...renditions.map(({ bytes }) => bytes));
  return (
    <div class="bytes-chart">
      <table>
        <caption class="visually-hidden">Bytes of each rendition</caption>
        <thead>
          <tr>
            <th scope="col">variant</th>
            <th scope="col">format</th>
            <th scope="col" class="bar-column">
              <span class="visually-hidden">bar</span>
            </th>
            <th scope="col" class="number">
              bytes
            </th>
            {originalBytes && (
              <th scope="col" class="number">
                of original
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {renditions.map(({ url, variant, format, bytes, width, height }, index) => (
            <tr key={url}>
              <th scope="row" title={`${width} × ${height}`}>
                {variant === renditions[index - 1]?.variant ? <span class="visually-hidden">{variant}</span> : variant}
              </th>
              <td>{format}</td>
              <td class="bar-column">
                <svg viewBox={`0 0 ${BAR_WIDTH} 8`} preserveAspectRatio="none" aria-hidden="true">
                  <rect class={`bar ${format}`} width={Math.max(0.5, (bytes / most) * BAR_WIDTH)} height="8" rx="1" />
                </svg>
              </td>
              <td class="number">{humanBytes(bytes)}</td>
              {originalBytes && <td class="number">{percent(bytes / originalBytes)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
