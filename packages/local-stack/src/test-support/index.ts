export type { TestServers } from './test-servers.ts';
