// Loaded before a process of the service: collects garbage again and again, so that its memory is what it still needs.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const PAUSE_MS = 200;

setFlagsFromString('--expose-gc');
setInterval(runInNewContext('gc') as () => void, PAUSE_MS).unref();
