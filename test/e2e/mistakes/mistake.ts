/** A request as a new developer may send it, and what the service answers. */
export interface Mistake {
  /** What is wrong with the request. */
  readonly title: string;
  /** Method and path. Words in braces stand for ids that exist; see the spec. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Who sends it; an admin by default. */
  readonly as?: 'a publisher' | 'nobody';
  /** Status and code. */
  readonly answer: string;
  /** The whole detail. It says what to change. */
  readonly says: string;
  /** Where all its faults are, if the detail tells only one of them. */
  readonly names?: readonly string[];
}

export const JSON_TYPE = { 'content-type': 'application/json' };

/** What `curl -d` sends without a header. */
export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A JSON body with its header. */
export function json(value: unknown): Required<Pick<Mistake, 'headers' | 'body'>> {
  return { headers: JSON_TYPE, body: JSON.stringify(value) };
}

export const EVENT_TYPE_FORM = 'words of letters, digits, "_" or "-", separated by dots, at most 128 characters';
