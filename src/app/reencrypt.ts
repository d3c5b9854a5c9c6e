import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
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

/** Re-encrypts all stored secrets with the first encryption key. @returns fields for the log */
export async function reencrypt(settings: Settings): Promise<object> {
  const logger = new NestLogger(loggerOf(settings));
  const app = await NestFactory.createApplicationContext(ReencryptionModule.with(settings), {
    logger,
    abortOnError: false,
  });
  try {
    const { subscriptions, changed, lost } = await app.get(Reencryption).run();
    return { subscriptions, changed, lost, encryption_key_id: new SecretBox(settings.encryptionKeys).sealingKeyId };
  } finally {
    await app.close();
  }
}
