import { help, OptionFault, parseCommand, type Question } from './options.js';

const question = (...args: string[]): Question => {
  const command = parseCommand(args);
  if (command.does !== 'calculate') throw new Error(command.does);
  return command.question;
};

const messageOf = (...args: string[]): string => {
  try {
    parseCommand(args);
  } catch (error) {
    if (error instanceof OptionFault) return error.message;
  }
  return 'accepted';
};

describe('the options of npm run capacity', () => {
  it('reads amounts with their units', () => {
    const args = '--rate 50k --fanout 3 --payload 2k --retention 30 --failing 5% --latency 2s --cores 16 --disk 4TB';
    expect(question(...args.split(' '))).toEqual({
      rate: 50_000,
      fanout: 3,
      payload: 2000,
      retention: 30,
      failing: 0.05,
      latency: 2000,
      response: 500,
      cores: 16,
      disk: 4e12,
      shape: 'together',
      yardstick: null,
    });
  });

  it('needs only a rate', () => {
    expect(question('--rate', '20')).toMatchObject({ rate: 20, fanout: 1, payload: 1000, retention: 30, failing: 0 });
  });

  it.each([
    ['--yardstick=measure', 'measure'],
    ['--yardstick=28.5', 28.5],
  ])('reads %s', (given, yardstick) => {
    expect(question('--rate=1', given)).toMatchObject({ yardstick });
  });

  it.each([
    ['--measure', { does: 'measure', to: null, scale: 1 }],
    ['--measure --to x.json --scale 0.5', { does: 'measure', to: 'x.json', scale: 0.5 }],
    ['--check --from x.json', { does: 'check', from: 'x.json', scale: 1 }],
    ['--adopt --from x.json', { does: 'adopt', from: 'x.json' }],
    ['--help --measure', { does: 'help' }],
  ])('reads %s', (args, command) => {
    expect(parseCommand(args.split(' '))).toEqual(command);
  });

  it.each([
    ['an option that does not exist', ['--speed', '3'], 'There is no option --speed. There are --rate,'],
    ['an option that every object has', ['--constructor', '5'], 'There is no option --constructor. There are --rate,'],
    ['an option that objects inherit', ['--__proto__=5'], 'There is no option --__proto__. There are --rate,'],
    ['an option with one dash', ['-r', '3'], 'There is no option -r. There are --rate,'],
    ['a value without an option', ['50k'], '50k: every value belongs to an option, such as --rate 1000.'],
    ['a missing rate', ['--fanout', '3'], '--rate is missing: events per second, such as --rate 50k.'],
    ['a missing value', ['--rate'], '--rate needs a value, such as --rate 50k.'],
    ['an empty value', ['--rate='], '--rate needs a value, such as --rate 50k.'],
    ['the same option twice', ['--rate', '1', '--rate', '2'], '--rate is given twice: leave one out.'],
    ['a word', ['--rate', 'fast'], '--rate fast: it must be a number (events per second), such as 50k.'],
    ['two points', ['--rate', '1.2.3'], '--rate 1.2.3: it must be a number'],
    ['not a number', ['--rate', 'NaN'], '--rate NaN: it must be a number'],
    ['infinity', ['--rate', '1e999'], '--rate 1e999: it must be 0.001 to 10m'],
    ['a negative number', ['--rate=-5'], '--rate -5: it must be 0.001 to 10m (events per second).'],
    ['zero events', ['--rate', '0'], '--rate 0: it must be 0.001 to 10m'],
    ['an absurd rate', ['--rate', '900m'], '--rate 900m: it must be 0.001 to 10m'],
    ['an unknown unit', ['--rate', '5x'], '--rate 5x: write it in k, m, such as --rate 50k.'],
    [
      'a unit that every object has',
      ['--rate', '1', '--payload', '1constructor'],
      '--payload 1constructor: write it in b,',
    ],
    ['a unit of something else', ['--rate', '1', '--payload', '5ms'], '--payload 5ms: write it in b, k, kb, m,'],
    ['a unit where there is none', ['--rate', '1', '--cores', '8k'], '--cores 8k: write it without a unit'],
    ['a missing unit', ['--rate', '1', '--failing', '5'], '--failing 5: write it in %, such as --failing 5%.'],
    ['a time without a unit', ['--rate', '1', '--latency', '5'], '--latency 5: write it in ms, s, such as'],
    ['a payload that no setting allows', ['--rate', '1', '--payload', '1g'], 'the most that MAX_PAYLOAD_BYTES allows'],
    ['more than all', ['--rate', '1', '--failing', '101%'], '--failing 101%: it must be 0% to 95%'],
    ['half a core', ['--rate', '1', '--cores', '1.5'], '--cores 1.5: it must be a whole number'],
    ['an unknown shape', ['--rate', '1', '--shape', 'round'], '--shape round: it must be together or apart.'],
    ['a value for a flag', ['--check=yes'], '--check takes no value: leave out yes.'],
    ['an option of another command', ['--rate', '1', '--to', 'x'], '--to belongs to --measure or --check.'],
    ['a rate to measure', ['--measure', '--rate', '1'], '--measure takes no --rate. It takes --to, --scale.'],
    ['two commands', ['--measure', '--check'], '--measure, --check exclude each other: leave all but one out.'],
  ])('refuses %s, and says what to change', (_, args, message) => {
    expect(messageOf(...args)).toContain(message);
  });

  it('lists every option in its help', () => {
    const listed = messageOf('--none')
      .match(/--[a-z]+/g)!
      .slice(1);
    expect(listed.filter((name) => name !== '--help' && !help().includes(name))).toEqual([]);
  });
});
