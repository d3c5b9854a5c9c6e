import { Injectable, type Type } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import type { Fault } from '../shared/errors/domain-error.js';
import { hasFaultAt, type Input, readInput } from '../shared/http/read-input.js';
import { TargetGuard, targetRefusal } from '../targets/index.js';
import { effectivePolicy, policyFaults } from './domain/delivery-policy.js';
import { SubscriptionPatch } from './dto/subscription-input.js';
import { hasPolicyFault } from './subscription-faults.js';

/**
 * The fields of a body that are valid by themselves, and the faults of the others. Whoever compares the fields with the
 * stored subscription adds its faults, so that an answer names all of them.
 */
export type CheckedInput<T extends SubscriptionPatch> = Input<T>;

/** Fields that can only be judged together with another one. If that is at fault, nothing more is said of them. */
const DEPENDENT: Readonly<Record<string, string>> = { shown_headers: 'headers', signature_scheme: 'secret' };

/** Validates the body of POST, PUT and PATCH: fields, target and retry policy. */
@Injectable()
export class SubscriptionCheck {
  constructor(
    private readonly guard: TargetGuard,
    private readonly settings: Settings,
  ) {}

  async read<T extends SubscriptionPatch>(dtoClass: Type<T>, body: unknown): Promise<CheckedInput<T>> {
    const { dto, faults, readOnly } = readInput(body, dtoClass);
    const targetUrl = dto.target_url;
    if (!hasFaultAt(faults, 'target_url') && targetUrl !== undefined)
      faults.push(...(await this.targetFaults(targetUrl)));
    // A patch is merged with the stored policy first, so its result is checked later, in the service.
    const isMerged = (dtoClass as unknown) === SubscriptionPatch;
    if (!hasPolicyFault(faults) && !isMerged) faults.push(...this.policyFaults(dto));
    const isValid = (name: string): boolean =>
      !hasFaultAt(faults, name) && !hasFaultAt(faults, DEPENDENT[name] ?? name);
    const valid = Object.entries(dto).filter(([name, value]) => value !== undefined && isValid(name));
    return { dto: Object.assign(new dtoClass(), Object.fromEntries(valid)), faults, readOnly };
  }

  private async targetFaults(targetUrl: string): Promise<Fault[]> {
    const refusal = await targetRefusal(this.guard, targetUrl);
    return refusal === null ? [] : [{ pointer: '/target_url', detail: refusal }];
  }

  private policyFaults({ retry, timeout }: SubscriptionPatch): Fault[] {
    const choice = {
      maxAttempts: retry?.max_attempts ?? null,
      initialIntervalMs: inMs(retry?.initial_interval),
      maxIntervalMs: inMs(retry?.max_interval),
      timeoutMs: inMs(timeout),
      maxInFlight: null,
    };
    return policyFaults(effectivePolicy(choice, this.settings), this.settings.retentionDays);
  }
}

function inMs(seconds: number | null | undefined): number | null {
  return typeof seconds === 'number' ? seconds * 1000 : null;
}
