import type { BoundStatement } from '../../src/shared/database/statement.js';

/** A statement of a test, without parameters. */
export function literalStatement(name: string, text: string): BoundStatement {
  return { name, text, values: [], isOfOneDay: false };
}
