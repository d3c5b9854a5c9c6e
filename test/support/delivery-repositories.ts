import { ClaimRepository } from '../../src/delivery/storage/claim.repository.js';
import { DueRepository } from '../../src/delivery/storage/due.repository.js';
import { ParkingRepository } from '../../src/delivery/storage/parking.repository.js';
import type { Settings } from '../../src/shared/config/settings.js';
import type { HotPath } from '../../src/shared/database/hot-path.js';

/** All repositories that change open deliveries. */
export interface DeliveryRepositories {
  readonly claims: ClaimRepository;
  readonly due: DueRepository;
  readonly parking: ParkingRepository;
}

export function deliveryRepositories(hotPath: HotPath, settings: Settings): DeliveryRepositories {
  return {
    claims: new ClaimRepository(hotPath, settings),
    due: new DueRepository(hotPath, settings),
    parking: new ParkingRepository(hotPath),
  };
}
