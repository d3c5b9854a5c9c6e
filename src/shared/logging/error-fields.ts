/** What libraries say of an error beside its message, and what is no value of a client's or a setting's. */
const TOLD = ['code', 'errno', 'syscall', 'address', 'port', 'severity', 'schema', 'table', 'constraint', 'routine'] as const; // prettier-ignore
/** A cause may be its own cause. */
const MAX_DEPTH = 5;

/**
 * What is logged of an error. Only what is named here: the errors of PostgreSQL drivers hold the row that failed and
 * the parameters of its statement, and those of Redis the arguments of a command, a password among them.
 */
export function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' ? '[no error]' : error;
  const told = Object.fromEntries(
    TOLD.flatMap((name) => {
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
    ...told,
    ...(cause !== undefined && !isDeep && { cause: errorFields(cause, depth + 1) }),
    ...(each.length > 0 && !isDeep && { errors: each.map((one) => errorFields(one, depth + 1)) }),
  };
}
