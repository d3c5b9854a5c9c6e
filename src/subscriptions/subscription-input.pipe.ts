import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { type Fault, InvalidInput } from '../shared/errors/domain-error.js';
import { readInput } from '../shared/http/input.pipe.js';
import { TargetGuard, targetRefusal } from '../targets/index.js';
import { effectivePolicy, policyFaults } from './domain/delivery-policy.js';
import { SubscriptionPatch } from './dto/subscription-input.js';

/** Validates the body of POST, PUT and PATCH (fields, target and retry policy) and reports all errors together. */
@Injectable()
export class SubscriptionInputPipe implements PipeTransform {
  constructor(
    private readonly guard: TargetGuard,
    private readonly settings: Settings,
  ) {}

  async transform(value: unknown, { metatype }: ArgumentMetadata): Promise<SubscriptionPatch> {
    const [input, faults] = readInput(value, metatype as Type<SubscriptionPatch>, '/');
    const hasUrlFault = faults.some(({ pointer }) => pointer === '/target_url' || pointer === '');
    if (!hasUrlFault && input.target_url !== undefined) faults.push(...(await this.targetFaults(input.target_url)));
    const hasPolicyFault = faults.some(({ pointer }) => /^\/(retry|timeout)/.test(pointer));
    // A patch is merged with the stored policy first, so its result is checked later, in the service.
    if (!hasPolicyFault && metatype !== SubscriptionPatch) faults.push(...this.policyFaults(input));
    if (faults.length > 0) throw new InvalidInput(faults);
    return input;
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
