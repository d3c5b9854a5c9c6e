export { HostResolver } from './host-resolver.js';
export { ResolverUnreachable } from './name-servers.js';
export { BlockedTarget, TargetGuard } from './target-guard.js';
export { targetRefusal } from './target-refusal.js';
export { TargetsModule } from './targets.module.js';
