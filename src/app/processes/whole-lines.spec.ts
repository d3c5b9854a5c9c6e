import { WholeLines } from './whole-lines.js';

describe('what several processes write', () => {
  it('arrives in blocks of whole lines, however the pipes cut it', () => {
    const written: string[] = [];
    const one = new WholeLines((lines) => written.push(lines));
    const other = new WholeLines((lines) => written.push(lines));

    one.add('{"a":');
    other.add('{"b":1}\n{"b":2}\n{"b"');
    one.add('1');
    one.add('}\n');
    other.add(':3}\n');

    expect(written).toEqual(['{"b":1}\n{"b":2}\n', '{"a":1}\n', '{"b":3}\n']);
  });

  it('includes what a process that died had not finished', () => {
    const written: string[] = [];
    const lines = new WholeLines((block) => written.push(block));

    lines.add('whole\nhal');
    lines.end();
    lines.end();

    expect(written).toEqual(['whole\n', 'hal\n']);
  });
});
