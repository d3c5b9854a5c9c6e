/** What another screen hands over to the tool. It travels in the state of the history, which no URL and no log shows. */
interface VerifyState {
  /** A line for each header. */
  readonly headers: string;
  readonly body: string;
}

/** Reads the state of the history: `{ verify: { headers, body } }`, with headers as lines, as an object or as a list. */
export function readVerifyState(state: unknown): VerifyState {
  const given = isRecord(state) && isRecord(state.verify) ? state.verify : {};
  const { headers, body } = given;
  return { headers: linesOf(headers), body: typeof body === 'string' ? body : '' };
}

function linesOf(headers: unknown): string {
  if (typeof headers === 'string') return headers;
  const entries: unknown[][] = Array.isArray(headers)
    ? headers.map((each: unknown) => (isRecord(each) ? [each.name, each.value] : []))
    : Object.entries(isRecord(headers) ? headers : {});
  return entries
    .flatMap(([name, value]) => (typeof name === 'string' && typeof value === 'string' ? [`${name}: ${value}`] : []))
    .join('\n');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
