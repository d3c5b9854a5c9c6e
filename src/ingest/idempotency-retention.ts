import { Injectable } from '@nestjs/common';
import { inGroups, Janitor } from '../shared/time/janitor.js';
import { IngestRepository } from './ingest.repository.js';

/** Few enough for the time that a statement may take. */
const GROUP = 5000;

/** Deletes idempotency keys whose time is over. */
@Injectable()
export class IdempotencyRetention {
  constructor(
    janitor: Janitor,
    private readonly repository: IngestRepository,
  ) {
    janitor.add('idempotency_keys.not_forgotten', (isStopped) => this.run(isStopped));
  }

  private async run(isStopped: () => boolean): Promise<void> {
    await inGroups(GROUP, () => this.repository.forgetExpiredKeys(GROUP), isStopped);
  }
}
