import { isGuessable } from '../crypto/guessable-key.js';
import { isLoopback } from '../net/loopback.js';
import type { Values } from './setting-list.js';

/** Faults in combinations of settings that are valid by themselves. */
export function faultsAcross(values: Values): string[] {
  const faults: string[] = [];
  faults.push(...accessFaults(values));
  if (values.maxIngestBytes < 2 * values.maxPayloadBytes) {
    faults.push(
      'MAX_INGEST_BYTES must be at least twice MAX_PAYLOAD_BYTES, because a tenant gets at most half of it, and the ' +
        'largest payloads must fit into that half',
    );
  }
  if (values.maxRetryInterval < values.initialRetryInterval) {
    faults.push('MAX_RETRY_INTERVAL must be at least INITIAL_RETRY_INTERVAL');
  }
  if (values.replayRate > values.maxReplayRate) {
    faults.push('REPLAY_RATE must be at most MAX_REPLAY_RATE');
  }
  if (values.processes > 1 && values.redisUrl === undefined) {
    faults.push(
      `PROCESSES must be 1 without REDIS_URL, not ${values.processes}: processes share jobs, limits and changes through ` +
        'Redis. Set REDIS_URL, or leave PROCESSES out',
    );
  }
  if (values.sessionMaxLifetime < values.sessionIdleTimeout) {
    faults.push('SESSION_MAX_LIFETIME must be at least SESSION_IDLE_TIMEOUT');
  }
  const horizonDays = (values.maxRetries * (values.maxRetryInterval * 1.2 + values.webhookTimeout)) / 86_400;
  if (horizonDays >= values.retentionDays) {
    faults.push(
      `RETENTION_DAYS must be at least ${Math.floor(horizonDays) + 1}, because MAX_RETRIES attempts at ` +
        'MAX_RETRY_INTERVAL may take that long',
    );
  }
  return faults;
}

const MAKE_KEY = 'make one with: openssl rand -base64 32';

/** Faults of the encryption keys in production. Elsewhere they cause only a warning. */
function keyFaults({ encryptionKey, encryptionKeys }: Values): string[] {
  const isGiven = encryptionKey !== undefined;
  const guessable = (isGiven ? [encryptionKey] : encryptionKeys).flatMap((key, index) =>
    isGuessable(key) ? [isGiven ? 'ENCRYPTION_KEY' : `ENCRYPTION_KEYS (key ${index + 1})`] : [],
  );
  const faults = guessable.map(
    (name) =>
      `${name} must be random when NODE_ENV is production, but can be guessed: ${MAKE_KEY}; ` +
      'docs/deployment.md says how to replace a key that is in use',
  );
  if (!isGiven && encryptionKeys.length === 0) {
    faults.push(`ENCRYPTION_KEY is missing, but required when NODE_ENV is production: ${MAKE_KEY}`);
  }
  return faults;
}

function accessFaults(values: Values): string[] {
  const { nodeEnv, host, apiAccess, bootstrapApiKey, encryptionKey, encryptionKeys } = values;
  const isProduction = nodeEnv === 'production';
  const faults = isProduction ? keyFaults(values) : [];
  if (encryptionKey !== undefined && encryptionKeys.length > 0) {
    faults.push('ENCRYPTION_KEYS must not be set together with ENCRYPTION_KEY: add that key to the list instead');
  }
  if (apiAccess === 'keys') return faults;
  if (isProduction) faults.push('API_ACCESS must not be open when NODE_ENV is production');
  if (!isLoopback(host)) {
    faults.push(
      `API_ACCESS must not be open when other machines can reach HOST, which is ${host}: set HOST to 127.0.0.1`,
    );
  }
  if (bootstrapApiKey !== undefined) faults.push('API_ACCESS must not be open when BOOTSTRAP_API_KEY is set');
  return faults;
}
