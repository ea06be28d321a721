import { signal } from '@preact/signals';

/** What photographs can be uploaded as: the two that every API knows, until this one has told of its own. */
export const categories = signal<readonly string[]>(['product', 'avatar']);

/** Asks the API that serves this page; without an answer the two that are known have to do. */
export async function loadCategories(): Promise<void> {
  const response = await fetch(`${import.meta.env.BASE_URL}categories.json`).catch(() => undefined);
  if (response?.ok) categories.value = (await response.json()) as string[];
}
