import { signal } from '@preact/signals';

const announced = signal('');

/** Announces a change to screen readers, politely; a newer announcement replaces an older one. */
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
