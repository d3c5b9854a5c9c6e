import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { parseSettings } from '../shared/config/settings.js';
import { AppModule } from './app.module.js';
import { openApiDocument } from './openapi.js';

/** Generates docs/openapi.json. With `--check`, fails if the file is outdated. Needs no database. */
const FILE = 'docs/openapi.json';
const settings = parseSettings({ DATABASE_URL: 'postgres://localhost/none' });
const app = await NestFactory.create(AppModule.with(settings), new FastifyAdapter(), { preview: true, logger: false });
const generated = `${JSON.stringify(openApiDocument(app), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(FILE, generated);
} else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== generated) {
  process.stderr.write(`${FILE} is outdated. Run "npm run openapi" and commit it.\n`);
  process.exitCode = 1;
}
