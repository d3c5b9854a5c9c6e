/** What the server says to its own pages, and to nobody else. */
export interface ServerConfig {
  readonly version: string;
  /** Whether the API needs a key. */
  readonly access: 'keys' | 'open';
  /** Whether there is a receiver to try things with, at `/echo/{bin}`. */
  readonly has_echo: boolean;
}

const RETRY_MS = 1000;

/** Asks until the server answers, because nothing can be shown before. */
export async function readServerConfig(): Promise<ServerConfig> {
  for (;;) {
    const response = await fetch('/ui/config.json').catch(() => null);
    if (response?.ok) return (await response.json()) as ServerConfig;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
