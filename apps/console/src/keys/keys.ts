import { isRefusedKey, messageFor } from '@imagemill/client/messages';
import { signal } from '@preact/signals';

/** The keys of this tab. */
export interface Keys {
  readonly apiKey?: string;
  readonly adminKey?: string;
}

const STORED_AS = 'imagemill-keys';

export const keys = signal<Keys>({});

/** Why the API refused a key, as a message; until another one is entered. */
export const keyRefusals = signal<{ readonly [kind in keyof Keys]?: string }>({});

/** Keeps keys until this tab is closed. */
export function setKeys({ apiKey, adminKey }: Keys): void {
  keys.value = { ...(apiKey && { apiKey }), ...(adminKey && { adminKey }) };
  keyRefusals.value = {};
  sessionStorage.setItem(STORED_AS, JSON.stringify(keys.value));
}

/** Rethrows a failed call, and notes a refused key: pages stop calling the API with it, and ask for another. */
export const notingRefusal =
  (kind: keyof Keys) =>
  (error: unknown): never => {
    if (isRefusedKey(error)) keyRefusals.value = { ...keyRefusals.value, [kind]: messageFor(error) };
    throw error;
  };

/**
 * Loads keys from the fragment of the address, where the local stack puts them, otherwise those entered earlier. Browsers
 * never send a fragment to a server; it is removed from the address bar and from the tab's history at once.
 */
export function loadKeys(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const apiKey = fragment.get('apiKey') ?? undefined;
  const adminKey = fragment.get('adminKey') ?? undefined;
  if (apiKey ?? adminKey) {
    history.replaceState(null, '', location.pathname);
    setKeys({ ...(apiKey && { apiKey }), ...(adminKey && { adminKey }) });
    return;
  }
  keys.value = JSON.parse(sessionStorage.getItem(STORED_AS) ?? '{}') as Keys;
}
