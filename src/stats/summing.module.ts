import { Module } from '@nestjs/common';
import { Summing } from './summing/summing.js';
import { SummingRepository } from './summing/summing.repository.js';

/** Sums up the history. Has no routes. */
@Module({ providers: [Summing, SummingRepository] })
export class SummingModule {}
