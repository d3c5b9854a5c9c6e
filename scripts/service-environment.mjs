import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';
import { root } from './toolchain.mjs';

let validator;

/** Outlives a suite, because making one, and code of its schemas, takes longer than all that a suite checks with it. */
async function validatorOfWorker() {
  const { OpenApiValidator } = await import(join(root, 'dist', 'test', 'support', 'openapi-validator.js'));
  return new OpenApiValidator(JSON.parse(readFileSync(join(root, 'docs', 'openapi.json'), 'utf8')));
}

/** Where suites run that call the service. All of a worker check its answers with one validator. */
export default class ServiceEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    validator ??= await validatorOfWorker();
    this.global.openApiValidator = validator;
  }
}
