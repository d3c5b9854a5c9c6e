/** What PostgreSQL, Redis and the processes are made of, where a fault needs it otherwise. */
export interface Ground {
  /** Settings of the service, beside or instead of the rig's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Settings of each worker by itself, the first and the second. */
  readonly workers?: readonly Readonly<Record<string, string>>[];
  /** Modules of `preloads/` that API and workers load first. */
  readonly preloads?: readonly string[];
  /** The service reaches Redis through a proxy. */
  readonly hasRedisProxy?: boolean;
  /** The service reaches PostgreSQL through a proxy. */
  readonly hasPostgresProxy?: boolean;
  /** PostgreSQL's data is on a file system in memory of this size. Linux only, and only as root. */
  readonly diskMb?: number;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Where targets are, 127.0.0.1 unless given. */
  readonly receiverAddress?: string;
}
