import { isGuessable } from '../crypto/guessable-key.js';
import { isLoopback } from '../net/loopback.js';
import type { Values } from './setting-list.js';

/** What is wrong with settings that are each right by themselves. */
export function faultsAcross(values: Values): string[] {
  const faults: string[] = [];
  faults.push(...accessFaults(values));
  if (values.maxIngestBytes < 2 * values.maxPayloadBytes) {
    faults.push(
      'MAX_INGEST_BYTES must be at least twice MAX_PAYLOAD_BYTES: a tenant gets no more than half of it, and the largest payloads ' +
        'would never be accepted',
    );
  }
  if (values.maxRetryInterval < values.initialRetryInterval) {
    faults.push('MAX_RETRY_INTERVAL must be at least INITIAL_RETRY_INTERVAL');
  }
  const horizonDays = (values.maxRetries * (values.maxRetryInterval * 1.2 + values.webhookTimeout)) / 86_400;
  if (horizonDays >= values.retentionDays) {
    faults.push(
      `RETENTION_DAYS must be at least ${Math.floor(horizonDays) + 1}: MAX_RETRIES attempts at MAX_RETRY_INTERVAL take so long`,
    );
  }
  return faults;
}

const MAKE_KEY = 'make one with: openssl rand -base64 32';

/** In production. Elsewhere a warning says so. */
function keyFaults({ encryptionKey, encryptionKeys }: Values): string[] {
  const isGiven = encryptionKey !== undefined;
  const guessable = (isGiven ? [encryptionKey] : encryptionKeys).flatMap((key, index) =>
    isGuessable(key) ? [isGiven ? 'ENCRYPTION_KEY' : `ENCRYPTION_KEYS, at place ${index + 1},`] : [],
  );
  const faults = guessable.map(
    (name) =>
      `${name} is no random key but one that can be guessed, and NODE_ENV is production: ${MAKE_KEY}; ` +
      'docs/deployment.md says how to replace one that is in use',
  );
  if (!isGiven && encryptionKeys.length === 0) {
    faults.push(`ENCRYPTION_KEY is missing, and NODE_ENV is production: ${MAKE_KEY}`);
  }
  return faults;
}

function accessFaults(values: Values): string[] {
  const { nodeEnv, host, apiAccess, bootstrapApiKey, encryptionKey, encryptionKeys } = values;
  const isProduction = nodeEnv === 'production';
  const faults = isProduction ? keyFaults(values) : [];
  if (encryptionKey !== undefined && encryptionKeys.length > 0) {
    faults.push('ENCRYPTION_KEYS must not stand beside ENCRYPTION_KEY: put that one into the list');
  }
  if (apiAccess === 'keys') return faults;
  if (isProduction) faults.push('API_ACCESS must not be open, since NODE_ENV is production');
  if (!isLoopback(host)) {
    faults.push(`API_ACCESS must not be open, since HOST ${host} can be reached from other machines: use 127.0.0.1`);
  }
  if (bootstrapApiKey !== undefined) faults.push('API_ACCESS must not be open, since there is a BOOTSTRAP_API_KEY');
  return faults;
}
