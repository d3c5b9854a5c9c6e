import { Module } from '@nestjs/common';
import { AccessApiModule } from '../access/index.js';
import { LiveModule } from './live.module.js';
import { LiveViewers } from './live-viewers.js';
import { StreamController } from './stream.controller.js';

/** For processes that serve the API: the live view itself. */
@Module({ imports: [AccessApiModule, LiveModule], controllers: [StreamController], providers: [LiveViewers] })
export class LiveApiModule {}
