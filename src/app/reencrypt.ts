import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readSettings } from '../shared/config/env.js';
import type { Settings } from '../shared/config/settings.js';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { DatabaseModule } from '../shared/database/database.module.js';
import { loggerOf, NestLogger } from '../shared/logging/logger.js';
import { SharedModule } from '../shared/shared.module.js';
import { Reencryption, SubscriptionsModule } from '../subscriptions/index.js';

@Module({})
class ReencryptionModule {
  static with(settings: Settings): DynamicModule {
    return { module: ReencryptionModule, imports: [SharedModule.with(settings), DatabaseModule, SubscriptionsModule] };
  }
}

/** Re-encrypts all stored secrets with the first encryption key. @returns a summary for the operator */
export async function reencrypt(): Promise<string> {
  const settings = readSettings();
  const logger = new NestLogger(loggerOf(settings));
  const app = await NestFactory.createApplicationContext(ReencryptionModule.with(settings), {
    logger,
    abortOnError: false,
  });
  try {
    const { subscriptions, changed } = await app.get(Reencryption).run();
    const keyId = new SecretBox(settings.encryptionKeys).sealingKeyId;
    return `${subscriptions} subscriptions are encrypted with the key ${keyId}; ${changed} of them were re-encrypted.`;
  } finally {
    await app.close();
  }
}
