import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { capture, Failure } from './toolchain.mjs';

/** Installs Redis unless it is installed. The tests start it themselves, so it need not run. */
export async function ensureRedis() {
  if (hasRedis()) return;
  const prefix = privilegePrefix();
  if (!existsSync('/usr/bin/apt-get') || prefix === null) throw new Failure(HOW_TO_INSTALL);
  console.log('Installing redis-server (apt-get) ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await capture(...aptGet(prefix, ['update']), { env });
  const install = await capture(...aptGet(prefix, ['install', '-y', '--no-install-recommends', 'redis-server']), {
    env,
  });
  if (!hasRedis()) throw new Failure(`${update.output}${install.output}\n${HOW_TO_INSTALL}`);
}

const HOW_TO_INSTALL = `The tests need Redis: install redis-server or valkey-server on PATH. It need not be running.
  Debian, Ubuntu  sudo apt-get install redis-server
  Fedora          sudo dnf install valkey
  Alpine          apk add redis
  macOS           brew install redis`;

function hasRedis() {
  return ['redis-server', 'valkey-server'].some((program) => spawnSync(program, ['--version']).status === 0);
}

/** @returns a prefix that runs a command as root without asking for a password; null if there is none */
function privilegePrefix() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : null;
}

function aptGet(prefix, args) {
  const [command, ...rest] = [...prefix, 'apt-get', ...args];
  return [command, rest];
}
