import type { Size, SourceFacts } from '@imagemill/client';
import { useState } from 'preact/hooks';

/** The API's own limit of a side, in pixels. */
const SIDE_MAX = 16_383;
const FIRST_WIDTH = 640;

const fits = {
  inside: 'Whole picture',
  cover: 'Fill and crop',
  contain: 'With margins',
  fill: 'Stretch',
  outside: 'Cover, not cropped',
} satisfies Record<NonNullable<Size['fit']>, string>;

const formats = {
  auto: 'Best for this browser',
  avif: 'AVIF',
  webp: 'WebP',
  jpeg: 'JPEG',
  png: 'PNG',
} satisfies Record<NonNullable<Size['format']>, string>;

interface SizeFormProps {
  /** Limits the sides: nothing is enlarged. */
  readonly source: SourceFacts | undefined;
  readonly onAsk: (size: Size) => void;
  readonly isBusy: boolean;
}

/** Asks for a size: one side is enough for the whole picture, every other fit needs both. */
export function SizeForm({ source, onAsk, isBusy }: SizeFormProps) {
  const sideMax = {
    width: Math.min(SIDE_MAX, source?.width ?? SIDE_MAX),
    height: Math.min(SIDE_MAX, source?.height ?? SIDE_MAX),
  };
  const [size, setSize] = useState<Size>({
    width: Math.min(FIRST_WIDTH, sideMax.width),
    height: undefined,
    fit: 'inside',
    format: 'auto',
  });
  const change = (changed: Partial<Size>) => setSize({ ...size, ...changed });
  const needsBoth = size.fit !== 'inside';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onAsk(size);
  };
  const side = (name: 'width' | 'height', isRequired: boolean) => (
    <label class="field">
      {name === 'width' ? 'Width' : 'Height'}
      <input
        type="number"
        name={name}
        min={1}
        max={sideMax[name]}
        step={1}
        required={isRequired}
        value={size[name] ?? ''}
        onInput={({ currentTarget: { valueAsNumber } }) =>
          change({ [name]: Number.isNaN(valueAsNumber) ? undefined : valueAsNumber })
        }
      />
    </label>
  );
  return (
    <form class="size-form" onSubmit={submit}>
      {side('width', needsBoth || size.height === undefined)}
      {side('height', needsBoth || size.width === undefined)}
      <Choice label="Fit" of={fits} value={size.fit ?? 'inside'} onChoose={(fit) => change({ fit })} />
      <Choice label="Format" of={formats} value={size.format ?? 'auto'} onChoose={(format) => change({ format })} />
      <button type="submit" class="primary" disabled={isBusy}>
        Show
      </button>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly of: Readonly<Record<T, string>>;
  readonly value: T;
  readonly onChoose: (value: T) => void;
}

function Choice<T extends string>({ label, of, value, onChoose }: ChoiceProps<T>) {
  return (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value as T)}>
        {Object.entries<string>(of).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
