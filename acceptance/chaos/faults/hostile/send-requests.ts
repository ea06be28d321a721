import { hostileRequests } from './hostile-requests.ts';

// A program of its own: to generate the requests must not delay the measurement of the API's response times. It ends with its parent.
const [, , apiUrl = '', uploadKey = ''] = process.argv;
process.stdin.resume().once('end', () => process.exit());
const { signal } = new AbortController();
await Promise.all(hostileRequests.map((attack) => attack.run({ apiUrl, uploadKey, signal })));
