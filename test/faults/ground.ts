/** The set-up of PostgreSQL, Redis and the processes, where a fault needs another than the usual one. */
export interface Ground {
  /** Settings of the service, in addition to those of the rig or in place of them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Settings of each worker, the first and the second. */
  readonly workers?: readonly Readonly<Record<string, string>>[];
  /** The API is also a worker, and sends what it accepts from memory. */
  readonly isApiAlsoWorker?: boolean;
  /** Modules of `preloads/` that API and workers load first. */
  readonly preloads?: readonly string[];
  /** The service reaches Redis through a proxy. */
  readonly hasRedisProxy?: boolean;
  /** The service reaches PostgreSQL through a proxy. */
  readonly hasPostgresProxy?: boolean;
  /** PostgreSQL's data is on a file system in memory of this size. Linux only, and only as root. */
  readonly diskMb?: number;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** The address of the targets; 127.0.0.1 unless given. */
  readonly receiverAddress?: string;
}
