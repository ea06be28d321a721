import { signal } from '@preact/signals';

/** The categories of the API; the two standard ones until it has responded. */
export const categories = signal<readonly string[]>(['product', 'avatar']);

/** Loads the categories of the API that serves this page. A failure leaves the standard ones. */
export async function loadCategories(): Promise<void> {
  const response = await fetch(`${import.meta.env.BASE_URL}categories.json`).catch(() => undefined);
  if (response?.ok) categories.value = (await response.json()) as string[];
}
