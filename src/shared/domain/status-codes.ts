/** Status codes of responses, from one to another, both included. */
export interface StatusCodes {
  readonly from: number;
  readonly to: number;
}

/** Form of a status code or of a class of them, for the OpenAPI document. */
export const STATUS_CODES_FORM = '^[1-9]([0-9]{2}|xx)$';

/** Reads `503` or `5xx`. @returns null if it is neither */
export function readStatusCodes(text: string): StatusCodes | null {
  const [, first, rest] = /^([1-9])(\d\d|xx)$/i.exec(text) ?? [];
  if (first === undefined || rest === undefined) return null;
  const hundred = Number(first) * 100;
  return /xx/i.test(rest)
    ? { from: hundred, to: hundred + 99 }
    : { from: hundred + Number(rest), to: hundred + Number(rest) };
}
