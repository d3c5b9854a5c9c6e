// Fails unless there is a Chromium for pictures and walks.
import { findChromium } from './browser.ts';

process.exitCode = findChromium() === undefined ? 1 : 0;
