import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PublicHttpAgent, PublicHttpsAgent } from '../http/public-only.ts';
import { type PictureServer, startPictureServer } from '../test-support/picture-server.ts';
import { createDownload } from './download.ts';

const signal = new AbortController().signal;
const download = createDownload({ allowPrivate: false, bytesMax: 1_000, timeoutMs: 10_000 });

let server: PictureServer;
beforeAll(async () => {
  server = await startPictureServer((_request, response) => response.end('internal data'));
});
afterAll(() => server.close());
afterEach(() => {
  expect(server.requestedPaths).toEqual([]);
});

describe('sends no request to', () => {
  test.each([
    ['loopback', 'http://127.0.0.1/'],
    ['another loopback address', 'http://127.8.8.8/'],
    ['loopback as one number', 'http://2130706433/'],
    ['loopback in octal', 'http://0177.0.0.1/'],
    ['loopback in hex', 'http://0x7f.1/'],
    ['loopback, shortened', 'http://127.1/'],
    ['loopback, full-width digits', 'http://１２７.０.０.１/'],
    ['loopback by name', 'http://localhost/'],
    ['loopback in IPv6', 'http://[::1]/'],
    ['loopback, mapped to IPv6', 'http://[::ffff:127.0.0.1]/'],
    ['loopback, mapped to IPv6 in hex', 'http://[::ffff:7f00:1]/'],
    ['loopback, translated (SIIT)', 'http://[::ffff:0:127.0.0.1]/'],
    ['loopback through NAT64', 'http://[64:ff9b::127.0.0.1]/'],
    ['loopback through 6to4', 'http://[2002:7f00:1::]/'],
    ['loopback through Teredo', 'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/'],
    ['loopback, compatible with IPv6', 'http://[::127.0.0.1]/'],
    ['loopback through a local NAT64', 'http://[64:ff9b:1::7f00:1]/'],
    ['the unspecified address', 'http://0.0.0.0/'],
    ['this network', 'http://0.1.2.3/'],
    ['the unspecified address in IPv6', 'http://[::]/'],
    ['private, 10', 'http://10.0.0.1/'],
    ['private, 172.16', 'http://172.31.255.255/'],
    ['private, 192.168', 'http://192.168.1.1/'],
    ['private in IPv6', 'http://[fd00::1]/'],
    ['link-local, with cloud metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['link-local in IPv6', 'http://[fe80::1]/'],
    ['site-local in IPv6', 'http://[fec0::1]/'],
    ['carrier-grade NAT', 'http://100.64.0.1/'],
    ["a cloud's metadata in carrier-grade NAT", 'http://100.100.100.200/'],
    ['multicast', 'http://224.0.0.1/'],
    ['multicast in IPv6', 'http://[ff02::1]/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['reserved', 'http://240.0.0.1/'],
    ['documentation', 'http://192.0.2.1/'],
    ['benchmarking', 'http://198.18.0.1/'],
    ['documentation in IPv6', 'http://[2001:db8::1]/'],
    ['discard in IPv6', 'http://[100::1]/'],
    ['discard in IPv6, newer', 'http://[100:0:0:1::1]/'],
    ['IPv6 just below global unicast', 'http://[1fff::1]/'],
    ['IPv6 just above global unicast', 'http://[4000::1]/'],
    ['IPv6 between unique local and link-local', 'http://[fe00::1]/'],
    ["Azure's metadata at a public address", 'http://168.63.129.16/'],
    ['loopback over TLS', 'https://127.0.0.1/'],
    ['an IPv4-compatible address over TLS', 'https://[::127.0.0.1]/'],
    ['another port', 'http://example.com:6379/'],
    ['a URL with credentials', 'http://user:secret@example.com/'],
    ['another scheme, file', 'file:///etc/passwd'],
    ['another scheme, ftp', 'ftp://example.com/a.jpg'],
    ['another scheme, gopher', 'gopher://127.0.0.1:6379/_FLUSHALL'],
    ['another scheme, data', 'data:image/png;base64,iVBORw0KGgo='],
    ['an invalid URL', 'shoe.jpg'],
  ])('%s', async (_what, url) => {
    await expect(download(url, signal)).rejects.toMatchObject({ code: 'import-forbidden', retryable: false });
  });
});

test('sends no request to loopback by its fully qualified name, with or without a resolver entry', async () => {
  await expect(download('http://localhost./', signal)).rejects.toThrow();
});

describe('a host name', () => {
  const { lookup } = dns;
  afterEach(() => {
    dns.lookup = lookup;
    syncBuiltinESMExports();
  });

  /** Replaces this process's resolver with one that gives these answers in order. */
  function resolveTo(...answers: readonly string[][]): { readonly lookups: () => number } {
    let lookups = 0;
    const fake = (_name: string, options: { all?: boolean }, done: (...args: unknown[]) => void) => {
      const addresses = answers[Math.min(lookups, answers.length - 1)] ?? [];
      lookups += 1;
      const records = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      if (options.all) done(null, records);
      else done(null, records[0]?.address, records[0]?.family);
    };
    dns.lookup = fake as never;
    syncBuiltinESMExports();
    return { lookups: () => lookups };
  }
  const urlOf = (name: string) => new URL(`http://${name}/`).href;

  test.each([
    ['a private address', 'http', '127.0.0.1'],
    ['a private address, over TLS', 'https', '127.0.0.1'],
    ['an IPv4-compatible address', 'http', '::7f00:1'],
    ['an IPv4-compatible address, over TLS', 'https', '::7f00:1'],
    ["a cloud's metadata at a public address", 'http', '168.63.129.16'],
  ])('that resolves to %s is rejected', async (_what, scheme, address) => {
    resolveTo([address]);
    await expect(download(`${scheme}://pictures.test/`, signal)).rejects.toMatchObject({ code: 'import-forbidden' });
  });

  test('that resolves to a public and a private address is rejected', async () => {
    resolveTo(['93.184.215.14', '127.0.0.1']);
    await expect(download(urlOf('pictures.test'), signal)).rejects.toMatchObject({ code: 'import-forbidden' });
  });

  test('is resolved once, by the connection itself, which leaves no room for DNS rebinding', async () => {
    const resolver = resolveTo(['10.0.0.1'], ['93.184.215.14']);
    await expect(download(urlOf('pictures.test'), signal)).rejects.toMatchObject({ code: 'import-forbidden' });
    expect(resolver.lookups()).toBe(1);
  });

  // One loopback address is allowed and plays the public one.
  describe('in a chain of redirects', () => {
    const PUBLIC = '127.0.0.1';
    const PRIVATE = '127.0.0.2';
    const options = { allowIPAddressList: [PUBLIC] };
    const agents = { http: new PublicHttpAgent(options), https: new PublicHttpsAgent(options) };
    const anyPort = createDownload({ allowPrivate: true, agents, bytesMax: 1_000, timeoutMs: 10_000 });
    let shop: PictureServer;
    beforeAll(async () => {
      shop = await startPictureServer(({ url }, response) => {
        const [hop = '', port = '0'] = [/\d/.exec(url ?? '')?.[0], String(shop.port)];
        const next = { 1: '/2', 2: '/3', 3: `http://${PRIVATE}:${port}/secret`, 4: `http://rebound.test:${port}/5` }[
          hop
        ];
        if (next) response.writeHead(302, { location: next }).end();
        else response.end('picture');
      });
    });
    afterAll(() => shop.close());
    afterEach(() => {
      shop.requestedPaths.length = 0;
    });

    test('is allowed if it is public', async () => {
      resolveTo([PUBLIC]);
      expect(Buffer.from(await anyPort(`http://shop.test:${shop.port}/5`, signal)).toString()).toBe('picture');
    });

    test('is rejected if the last redirect leads to a private address', async () => {
      await expect(anyPort(`${shop.url}/1`, signal)).rejects.toMatchObject({ code: 'import-forbidden' });
      expect(shop.requestedPaths).toEqual(['/1', '/2', '/3']);
    });

    test('is rejected if it is public at the first hop and private at the second', async () => {
      const resolver = resolveTo([PUBLIC], [PRIVATE]);
      const rebound = anyPort(`http://rebound.test:${shop.port}/4`, signal);
      await expect(rebound).rejects.toMatchObject({ code: 'import-forbidden' });
      expect([resolver.lookups(), shop.requestedPaths]).toEqual([2, ['/4']]);
    });
  });
});
