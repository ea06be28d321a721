import { signal } from '@preact/signals';

/** What the API tells the page before it has a key. */
interface ConsoleSettings {
  /** Categories for uploads. */
  readonly categories: readonly string[];
  /** Whether there are signed URLs of any size. */
  readonly signsSizes: boolean;
}

/** The settings of the API; those of a plain one until it has responded. */
export const consoleSettings = signal<ConsoleSettings>({ categories: ['product', 'avatar'], signsSizes: false });

/** Loads the settings of the API that serves this page. A failure leaves the plain ones. */
export async function loadConsoleSettings(): Promise<void> {
  const response = await fetch(`${import.meta.env.BASE_URL}settings.json`).catch(() => undefined);
  if (response?.ok) consoleSettings.value = (await response.json()) as ConsoleSettings;
}
