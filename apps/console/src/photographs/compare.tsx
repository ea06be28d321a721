import type { Rendition } from '@imagemill/client';
import { useState } from 'preact/hooks';

/** The original and a rendition in one frame, divided by a line that the pointer or the arrow keys move. */
export function Compare(props: { name: string; original: string | undefined; rendition: Rendition }) {
  const { name, original, rendition } = props;
  const { url, width, height, variant, format } = rendition;
  const [at, setAt] = useState(50);
  const frame = { '--ratio': width / height, '--natural': `${width}px` };
  if (!original) {
    return (
      <figure class="compare-alone">
        <div class="compare" style={frame}>
          <img src={url} width={width} height={height} alt={`${name}, ${variant} ${format}`} />
        </div>
        <figcaption class="quiet">
          Originals are private: only a photograph that was uploaded in this tab can be compared with its original.
        </figcaption>
      </figure>
    );
  }
  return (
    <div class="compare" style={{ ...frame, '--at': `${at}%` }}>
      <img class="compare-under" src={original} width={width} height={height} alt={`${name}, the original`} />
      <img class="compare-over" src={url} width={width} height={height} alt={`${name}, ${variant} ${format}`} />
      <span class="compare-label left" aria-hidden="true">
        original
      </span>
      <span class="compare-label right" aria-hidden="true">
        {variant} {format}
      </span>
      <span class="compare-line" aria-hidden="true" />
      <input
        type="range"
        min={0}
        max={100}
        value={at}
        aria-label="Share of the original"
        aria-valuetext={`${at} % original`}
        onInput={(event) => setAt(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
