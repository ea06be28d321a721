export type { TestServers } from './servers.ts';
