import dns, { type LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

/** A connection to an address that tenants must not reach. The message is for the log only. */
export class RefusedAddressError extends Error {
  constructor(address: string) {
    super(`Connection to ${address} refused: the address is not public.`);
  }
}

/**
 * IPv6 addresses outside of global unicast (2000::/3, RFC 4291, section 2.4). request-filtering-agent treats them as public,
 * because ipaddr.js does not classify them. They include IPv4-compatible addresses and blocks for local use.
 */
const notGlobalUnicast = new BlockList();
notGlobalUnicast.addSubnet('::', 3, 'ipv6');
notGlobalUnicast.addSubnet('4000::', 2, 'ipv6');
notGlobalUnicast.addSubnet('8000::', 1, 'ipv6');

/** Azure serves metadata at a public address: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const CLOUD_METADATA = '168.63.129.16';

const isRefused = (address: string) =>
  // IPv6 only: a BlockList also checks the mapped form of an IPv4 address, which is in ::/3.
  isIPv6(address) ? notGlobalUnicast.check(address, 'ipv6') : address === CLOUD_METADATA;

/** Resolves a name and checks the very addresses that the connection will use. */
const publicLookup: LookupFunction = (hostname, options, done) =>
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = addresses?.find(({ address }) => isRefused(address));
    if (error || refused) return done(error ?? new RefusedAddressError(refused?.address ?? ''), '', 0);
    const [{ address, family } = { address: '', family: 0 }] = addresses as LookupAddress[];
    return options.all ? done(null, addresses) : done(null, address, family);
  });

/** @throws RefusedAddressError for an IP address in the URL, which is connected to without a lookup */
function refuseAddress(host: string | null | undefined): void {
  if (host && isIP(host) !== 0 && isRefused(host)) throw new RefusedAddressError(host);
}

export class PublicHttpAgent extends RequestFilteringHttpAgent {
  override createConnection(...[options, listener]: Parameters<RequestFilteringHttpAgent['createConnection']>) {
    refuseAddress(options.host);
    return super.createConnection({ ...options, lookup: publicLookup }, listener);
  }
}

export class PublicHttpsAgent extends RequestFilteringHttpsAgent {
  override createConnection(...[options, listener]: Parameters<RequestFilteringHttpsAgent['createConnection']>) {
    refuseAddress(options.host);
    return super.createConnection({ ...options, lookup: publicLookup }, listener);
  }
}
