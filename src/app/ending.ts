import type { INestApplication } from '@nestjs/common';
import type { Settings } from '../shared/config/settings.js';
import { finishLog, Logger } from '../shared/logging/logger.js';
import { Shutdown } from '../shared/shutdown.js';
import { logEnd, logFailure } from './life-lines.js';
import type { Supervised } from './processes/supervised.js';

/** Time for closing everything else, in addition to the wait for requests in flight. */
export const CLOSING_MS = 4000;

interface Running {
  readonly starting: Promise<INestApplication>;
  readonly listening: Promise<unknown>;
  readonly settings: Settings;
  readonly onClosed: () => Promise<void>;
}

/** Ends the process once, even while it is still starting. */
export class Ending {
  private isEnding = false;
  private isUrgent = false;
  private endDrain: () => void = () => undefined;

  constructor(private readonly running: Running) {}

  /**
   * Ends the process on a signal, or when its supervisor or a part of the service requests it. A second signal cuts the
   * drain short.
   *
   * @param drainMs how long the process serves requests after a SIGTERM. SIGINT comes from a person, who does not wait
   */
  endOnRequest(drainMs: number, supervised: Supervised | undefined): void {
    if (supervised) {
      supervised.endOnRequest(({ reason, hasDrain, exitCode }) => {
        this.end(exitCode, reason, hasDrain ? drainMs : 0);
      });
    } else {
      process.on('SIGTERM', () => { this.end(0, 'SIGTERM', drainMs); }); // prettier-ignore
      process.on('SIGINT', () => { this.end(0, 'SIGINT'); }); // prettier-ignore
    }
    this.running.starting.then(
      (app) => {
        app.get(Shutdown).onRequested = (exitCode) => { this.end(exitCode, 'requested'); }; // prettier-ignore
      },
      () => undefined,
    );
  }

  /** Closes everything and exits. Only the first call counts. The reason is for the log. */
  end(exitCode: number, reason: string, drainMs = 0): void {
    if (this.isEnding) {
      this.isUrgent = true;
      this.endDrain();
      return;
    }
    this.isEnding = true;
    const { settings } = this.running;
    const beganAtMs = performance.now();
    const exit = (finalCode: number, isForced = false): void => {
      void finishLog(settings).finally(() => {
        logEnd(settings, { reason, exitCode: finalCode, beganAtMs, isForced });
        process.exit(finalCode);
      });
    };
    setTimeout(exit, drainMs + settings.shutdownTimeout * 1000 + CLOSING_MS, 1, true).unref();
    this.close(drainMs).then(
      () => { exit(exitCode); }, // prettier-ignore
      (error: unknown) => {
        logFailure('shutdown.failed', error, settings);
        exit(1);
      },
    );
  }

  private async close(drainMs: number): Promise<void> {
    const { starting, listening, onClosed } = this.running;
    // Waits for the start first, because it would reopen what is closed here.
    const [started, served] = await Promise.allSettled([starting, listening]);
    if (started.status === 'fulfilled') {
      if (served.status === 'fulfilled' && drainMs > 0 && !this.isUrgent) await this.drain(started.value, drainMs);
      await started.value.close();
    }
    await onClosed();
  }

  private async drain(app: INestApplication, drainMs: number): Promise<void> {
    app.get(Shutdown).announce();
    app.get(Logger).info({ seconds: drainMs / 1000 }, 'shutdown.draining');
    await new Promise<void>((resolve) => {
      this.endDrain = resolve;
      setTimeout(resolve, drainMs);
    });
  }
}
