import { isLoopback } from './loopback.js';
import type { Values } from './setting-list.js';

/** What is wrong with settings that are each right by themselves. */
export function faultsAcross(values: Values): string[] {
  const faults: string[] = [];
  if (values.databaseUrl === undefined) {
    faults.push('DATABASE_URL is missing: set it, or use `npm start`, which brings its own PostgreSQL');
  }
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

function accessFaults({
  nodeEnv,
  host,
  apiAccess,
  bootstrapApiKey,
  encryptionKey,
  encryptionKeyRing,
}: Values): string[] {
  const faults: string[] = [];
  const isProduction = nodeEnv === 'production';
  if (isProduction && encryptionKey === undefined && encryptionKeyRing.length === 0) {
    faults.push('ENCRYPTION_KEY is missing, and NODE_ENV is production: make one with: openssl rand -base64 32');
  }
  if (encryptionKey !== undefined && encryptionKeyRing.length > 0) {
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
