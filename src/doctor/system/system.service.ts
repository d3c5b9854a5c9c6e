import { Injectable } from '@nestjs/common';
import { type Caller, NeedsAllTenants } from '../../access/index.js';
import { reportOf } from '../../shared/config/settings-report.js';
import { Settings } from '../../shared/config/settings.js';
import { Catalogs } from '../../shared/database/catalogs.js';
import { ProcessRoster } from '../../shared/processes/process-roster.js';
import { Snapshot } from '../../shared/snapshot.js';
import { Clock } from '../../shared/time/clock.js';
import type { SystemAnswer } from '../dto/system-answer.js';
import { RedisServers } from './redis-servers.js';
import { type Findings, toSystemAnswer } from './system.mapping.js';

/** Sizes of some hundred files are looked up, so callers share what was found. */
const LIFE_MS = 2000;

/** Describes the installation: its processes, its stores and its settings. */
@Injectable()
export class SystemService {
  private readonly found: Snapshot<Findings>;

  constructor(
    private readonly roster: ProcessRoster,
    private readonly catalogs: Catalogs,
    private readonly redis: RedisServers,
    private readonly settings: Settings,
    clock: Clock,
  ) {
    this.found = new Snapshot(() => this.look(), LIFE_MS, clock);
  }

  /** @throws NeedsAllTenants if the caller's key is bound to a tenant */
  async describe({ identity }: Caller): Promise<SystemAnswer> {
    if (identity.tenantId !== null) throw new NeedsAllTenants();
    return toSystemAnswer(await this.found.get());
  }

  private async look(): Promise<Findings> {
    const [roster, redis, database] = await Promise.all([
      this.roster.list(),
      this.redis.look(),
      this.catalogs.database(),
    ]);
    const tables = await this.catalogs.tables();
    return { roster, redis, database, tables, settings: reportOf(this.settings) };
  }
}
