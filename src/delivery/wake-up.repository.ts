import { Injectable } from '@nestjs/common';
import { HotPath } from '../shared/database/hot-path.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { MAKE_DUE } from './delivery.statements.js';

/** What becomes of deliveries whose wake-up is lost. */
@Injectable()
export class WakeUpRepository {
  constructor(private readonly hotPath: HotPath) {}

  /** Makes deliveries due at once that nobody has attempted yet. */
  async makeDue(ids: readonly Uuid[]): Promise<void> {
    await this.hotPath.query(MAKE_DUE, [ids]);
  }
}
