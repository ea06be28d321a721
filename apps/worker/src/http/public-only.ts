import dns, { type LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

/** A connection would have gone where tenants must not send us; its message is for the log alone. */
export class RefusedAddressError extends Error {
  constructor(address: string) {
    super(`Connections to ${address} are refused: it is not public.`);
  }
}

/**
 * IPv6 that request-filtering-agent takes for public, since ipaddr.js gives it no name: all that is not global unicast
 * (2000::/3, RFC 4291, section 2.4), so the IPv4-compatible addresses too, and blocks that a network may use as it likes.
 */
const notGlobalUnicast = new BlockList();
notGlobalUnicast.addSubnet('::', 3, 'ipv6');
notGlobalUnicast.addSubnet('4000::', 2, 'ipv6');
notGlobalUnicast.addSubnet('8000::', 1, 'ipv6');

/** Azure's metadata lie at a public address: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const CLOUD_METADATA = '168.63.129.16';

const isRefused = (address: string) =>
  // Asked of IPv6 alone: a BlockList also looks for an IPv4 address in its mapped form, which lies in ::/3.
  isIPv6(address) ? notGlobalUnicast.check(address, 'ipv6') : address === CLOUD_METADATA;

/** What a name stands for, looked at as it is connected to. */
const publicLookup: LookupFunction = (hostname, options, done) =>
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = addresses?.find(({ address }) => isRefused(address));
    if (error || refused) return done(error ?? new RefusedAddressError(refused?.address ?? ''), '', 0);
    const [{ address, family } = { address: '', family: 0 }] = addresses as LookupAddress[];
    return options.all ? done(null, addresses) : done(null, address, family);
  });

/** @throws RefusedAddressError for an address in the place of a name: nothing looks that up */
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
