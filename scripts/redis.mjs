import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { capture, Failure } from './toolchain.mjs';

/** The tests run on a real Redis, which they start themselves: the program has to be there. */
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

const HOW_TO_INSTALL = `The tests need a real Redis: redis-server or valkey-server must be on PATH. It need not run.
  Debian, Ubuntu  sudo apt-get install redis-server
  Fedora          sudo dnf install valkey
  Alpine          apk add redis
  macOS           brew install redis`;

function hasRedis() {
  return ['redis-server', 'valkey-server'].some((program) => spawnSync(program, ['--version']).status === 0);
}

/** @returns what to put before a command to run it as root without being asked for a password; null if that can't be */
function privilegePrefix() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : null;
}

function aptGet(prefix, args) {
  const [command, ...rest] = [...prefix, 'apt-get', ...args];
  return [command, rest];
}
