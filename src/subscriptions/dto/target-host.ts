import { Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { readTargetHost } from '../domain/target-host.js';

/** OpenAPI schema of the host of a target URL. */
export const TARGET_HOST_SCHEMA = { maxLength: LIMITS.hostLength, example: 'hooks.example.com' };

/** The host of a target URL: a name or an address. */
export const IsTargetHost = (): PropertyDecorator =>
  Rule('targetHost', (value) =>
    typeof value === 'string' && value.length <= LIMITS.hostLength && readTargetHost(value) !== null
      ? null
      : `must be the name or the address of a host, without scheme, port and path, at most ${LIMITS.hostLength} characters`,
  );
