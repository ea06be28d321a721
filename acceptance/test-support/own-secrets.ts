/** Secrets that replace the published ones, with which the API refuses to start. */
export const ownSecrets = {
  FOLLOW_TOKEN_SECRET: 'x'.repeat(32),
  BOARD_SESSION_SECRET: 'x'.repeat(32),
  API_KEYS: `demo:upload:${'0'.repeat(64)}`,
  S3_ACCESS_KEY_ID: 'own',
  S3_SECRET_ACCESS_KEY: 'own-secret',
};
