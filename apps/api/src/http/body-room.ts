import type { Tenant } from '@imagemill/variants';

const MIB = 1024 * 1024;
/** Bytes of all request bodies in one process, from their first byte to their response. */
const PROCESS_BYTES_MAX = 64 * MIB;
/** One tenant's share of them. */
const TENANT_BYTES_MAX = 16 * MIB;

/** Memory for request bodies, shared by all requests of one process. */
export interface BodyRoom {
  /** A place for one body, which holds nothing yet. */
  enter(tenant: Tenant): {
    /** @returns false if there is no room for this many more bytes */
    grow(bytes: number): boolean;
    /** Releases all bytes of the body. */
    leave(): void;
  };
}

/** @param bytesMax of one tenant and of the process */
export function createBodyRoom({
  tenantBytesMax = TENANT_BYTES_MAX,
  processBytesMax = PROCESS_BYTES_MAX,
} = {}): BodyRoom {
  const byTenant = new Map<Tenant, number>();
  let total = 0;

  function add(tenant: Tenant, bytes: number): void {
    total += bytes;
    const held = (byTenant.get(tenant) ?? 0) + bytes;
    if (held === 0) byTenant.delete(tenant);
    else byTenant.set(tenant, held);
  }

  return {
    enter(tenant) {
      let held = 0;
      return {
        grow(bytes) {
          if (total + bytes > processBytesMax || (byTenant.get(tenant) ?? 0) + bytes > tenantBytesMax) return false;
          held += bytes;
          add(tenant, bytes);
          return true;
        },
        leave() {
          add(tenant, -held);
          held = 0;
        },
      };
    },
  };
}
