import type { BoundStatement } from '../../src/shared/database/statement.js';

/** SQL of a test, without values. */
export function literalStatement(name: string, text: string): BoundStatement {
  return { name, text, values: [], isOfOneDay: false };
}
