/** Fields that libraries add to errors, and that never contain values of clients or settings. */
const SAFE_FIELDS = ['code', 'errno', 'syscall', 'address', 'port', 'severity', 'schema', 'table', 'constraint', 'routine'] as const; // prettier-ignore
/** Limits the chain of causes, because an error may be its own cause. */
const MAX_DEPTH = 5;

/**
 * Selects the fields of an error that are safe to log. Other fields may contain secrets: errors of PostgreSQL drivers
 * have the failed row and the parameters of the statement, and errors of Redis have the arguments of the command, for
 * example a password.
 */
export function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' ? '[not an error]' : error;
  const safe = Object.fromEntries(
    SAFE_FIELDS.flatMap((name) => {
      const value = (error as unknown as Record<string, unknown>)[name];
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
    }),
  );
  const { cause } = error;
  const each: unknown[] = error instanceof AggregateError ? error.errors : [];
  const isDeep = depth >= MAX_DEPTH;
  return {
    type: error.constructor.name,
    message: error.message,
    stack: error.stack,
    ...safe,
    ...(cause !== undefined && !isDeep && { cause: errorFields(cause, depth + 1) }),
    ...(each.length > 0 && !isDeep && { errors: each.map((one) => errorFields(one, depth + 1)) }),
  };
}
