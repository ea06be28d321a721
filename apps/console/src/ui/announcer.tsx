import { signal } from '@preact/signals';

const announced = signal('');

/** Says something to who can't see the page change; politely, the last word counts. */
export function announce(words: string): void {
  announced.value = words;
}

export function Announcer() {
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {announced}
    </p>
  );
}
