export { apiKeyId, hashApiKey, looksLikeApiKey, newApiKey } from './api-key.ts';
export { type ConfiguredKey, ConfiguredKeys, configuredKeyEntry } from './configured-keys.ts';
export { createKeyStore, type KeyStore, type ListedKey } from './key-store.ts';
export { grants, Scope, Scopes } from './scope.ts';
export { KeyName, type StoredKey } from './stored-key.ts';
