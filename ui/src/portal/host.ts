import { codeIn } from './link-code';
import { type ExpiredReason, readToPortal, type ToHost } from './messages';

/** The host makes a session meanwhile. */
const ANSWER_MS = 10_000;

/** The page that shows the portal in a frame. */
export class Host {
  private waiting: ((code: string | null) => void) | null = null;

  /**
   * @param page the window around this one
   * @param origin of that page; nothing is sent to another one, or believed of one
   * @param onCode takes codes that the host sends without being asked
   */
  constructor(
    private readonly page: Pick<Window, 'postMessage'>,
    private readonly origin: string,
    private readonly onCode: (code: string) => void,
  ) {
    window.addEventListener('message', this.hear);
  }

  tell(message: ToHost): void {
    this.page.postMessage(message, this.origin);
  }

  /** Asks for a new link. @returns its code; null if the host does not answer within 10 s */
  async ask(reason: ExpiredReason): Promise<string | null> {
    this.waiting?.(null);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = new Promise<string | null>((resolve) => {
      this.waiting = resolve;
      timer = setTimeout(() => resolve(null), ANSWER_MS);
    });
    this.tell({ type: 'webhook-portal:expired', reason });
    const code = await answer;
    clearTimeout(timer);
    this.waiting = null;
    return code;
  }

  leave(): void {
    window.removeEventListener('message', this.hear);
  }

  private readonly hear = ({ source, origin, data }: MessageEvent): void => {
    if (source !== this.page || origin !== this.origin) return;
    const message = readToPortal(data);
    const code = message === null ? null : codeIn(message.url);
    if (code === null) return;
    if (this.waiting === null) this.onCode(code);
    else this.waiting(code);
  };
}

/**
 * Whose messages to trust: the page around this one, if the tenant lists its origin. The browser has refused all others
 * already; this says which of those that are listed it is.
 *
 * @param listed origins that may show the portal in a frame
 * @param around what the browser says of the pages around this one, innermost first
 * @returns null if that cannot be told
 */
export function hostOrigin(listed: readonly string[], around: readonly string[]): string | null {
  const [innermost] = around;
  if (innermost !== undefined) return listed.includes(innermost) ? innermost : null;
  const [only, other] = listed;
  return other === undefined ? (only ?? null) : null;
}

/** Origins of the pages around this one, as far as the browser tells. */
function originsAround(): string[] {
  // Firefox told only referrers for long.
  const { ancestorOrigins } = window.location as Partial<Pick<Location, 'ancestorOrigins'>>;
  if (ancestorOrigins !== undefined && ancestorOrigins.length > 0) return [...ancestorOrigins];
  const referrer = URL.parse(document.referrer)?.origin;
  return referrer === undefined || referrer === window.location.origin ? [] : [referrer];
}

/** Finds out who shows the portal in a frame. @returns null if that cannot be told */
export async function hostAround(onCode: (code: string) => void): Promise<Host | null> {
  const response = await fetch(`/portal/config.json${window.location.search}`).catch(() => null);
  if (response?.ok !== true) return null;
  const { frame_ancestors: listed } = (await response.json()) as { readonly frame_ancestors: readonly string[] };
  const origin = hostOrigin(listed, originsAround());
  return origin === null ? null : new Host(window.parent, origin, onCode);
}
