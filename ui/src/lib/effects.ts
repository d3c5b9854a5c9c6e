import { options } from 'preact';

// By default, effects wait for the next frame. Two keys can come within one frame, and the second would be handled by
// what the first has already changed. Preact renders in a microtask; its effects follow in the next one, so nothing is
// left undone when the next event is handled.
options.requestAnimationFrame = queueMicrotask;
