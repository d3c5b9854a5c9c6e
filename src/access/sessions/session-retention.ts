import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/time/clock.js';
import { inGroups, Janitor } from '../../shared/time/janitor.js';
import { PortalSessionsRepository } from '../portal/portal-sessions.repository.js';
import { SessionsRepository } from './sessions.repository.js';

/** Until then, a link that was used or has expired is told apart from one that never was. */
const MARGIN_MS = 3_600_000;
/** Maximum sessions that one statement removes. */
const GROUP = 5000;

/** Removes sessions that have ended, once an hour. */
@Injectable()
export class SessionRetention {
  constructor(
    janitor: Janitor,
    private readonly sessions: SessionsRepository,
    private readonly portals: PortalSessionsRepository,
    private readonly clock: Clock,
  ) {
    janitor.add('sessions.retention_failed', (isStopped) => this.removeEnded(isStopped));
  }

  private async removeEnded(isStopped: () => boolean): Promise<void> {
    const before = new Date(this.clock.nowMs() - MARGIN_MS);
    await inGroups(GROUP, () => this.sessions.removeEnded(before, GROUP), isStopped);
    await inGroups(GROUP, () => this.portals.removeEnded(before, GROUP), isStopped);
  }
}
