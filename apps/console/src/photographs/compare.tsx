import type { Rendition } from '@imagemill/client';
import { useState } from 'preact/hooks';

/** The original and a rendition of it in one frame, with a line between them that is moved by pointer or keys. */
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
        <figcaption class="quiet">Originals are private: one is compared while this tab still has it.</figcaption>
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
        aria-label="How much of the original is shown"
        aria-valuetext={`${at} % original`}
        onInput={(event) => setAt(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
