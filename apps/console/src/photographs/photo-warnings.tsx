import type { Image } from '@imagemill/client';
import { messageForWarning } from '@imagemill/client/messages';

/** What its seller should know about an image, in plain words; nothing if there is nothing. */
export function PhotoWarnings({ image: { warnings = [] } }: { readonly image: Image }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings" aria-label="Good to know">
      {warnings.map((warning) => (
        <li key={warning.code} data-code={warning.code}>
          {messageForWarning(warning)}
        </li>
      ))}
    </ul>
  );
}
