import type { CephPorts } from './ceph-ports.ts';

export interface CephConfOptions {
  readonly dir: string;
  readonly fsid: string;
  readonly ports: CephPorts;
}

/** A sparse file: uses only the space of the stored objects. */
const DISK_SIZE_BYTES = 8 * 1024 ** 3;
const CACHE_SIZE_BYTES = 64 * 1024 ** 2;

/** One monitor, one OSD and one gateway on loopback, without a manager daemon, replicas or internal authentication. */
export function renderCephConf({ dir, fsid, ports }: CephConfOptions): string {
  return `[global]
fsid = ${fsid}
mon_host = ${monitorAddress(ports)}
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
ms_bind_port_min = ${ports.osdFirst}
ms_bind_port_max = ${ports.osdLast}
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
# Off: a socket path is limited to 107 characters, and temporary folders can be longer.
admin_socket =
run_dir = ${dir}
log_file = ${dir}/$name.log
debug_default = 0
mon_data = ${dir}/mon
osd_data = ${dir}/osd
keyring = ${dir}/keyring
osd_objectstore = bluestore
bluestore_block_size = ${DISK_SIZE_BYTES}
bluestore_block_wal_create = false
bluestore_block_db_create = false
bluestore_cache_autotune = false
bluestore_cache_size = ${CACHE_SIZE_BYTES}
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
# By default the monitor collects changes for a second; start-up makes a dozen changes, one after the other.
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
# By default the monitor stops on a disk that is 95 % full, as a developer's disk may be.
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[client.rgw.a]
rgw_frontends = beast endpoint=127.0.0.1:${ports.gateway}
rgw_thread_pool_size = 64
rgw_enable_usage_log = false
rgw_dynamic_resharding = false
rgw_override_bucket_index_max_shards = 1
rgw_user_max_buckets = 100000
`;
}

export function monitorAddress({ monitor }: CephPorts): string {
  return `v2:127.0.0.1:${monitor}`;
}
