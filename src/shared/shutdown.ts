import { Injectable } from '@nestjs/common';

/** How a part of the service that can't go on asks for the end of its process. */
@Injectable()
export class Shutdown {
  /** Ends the process in order, with that exit code. */
  onRequested: (exitCode: number) => void = () => undefined;

  request(exitCode: number): void {
    this.onRequested(exitCode);
  }
}
