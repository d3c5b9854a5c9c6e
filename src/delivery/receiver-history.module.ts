import { Module } from '@nestjs/common';
import { ReceiverSuccessesRepository } from './storage/receiver-successes.repository.js';

/** What the history says about receivers, for reviews in a worker. Has no routes. */
@Module({ providers: [ReceiverSuccessesRepository], exports: [ReceiverSuccessesRepository] })
export class ReceiverHistoryModule {}
