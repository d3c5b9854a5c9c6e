import { assertOneProcess } from './assert-one-process.js';

describe('npm start', () => {
  it.each([{}, { PROCESSES: undefined }, { PROCESSES: '' }, { PROCESSES: ' 1 ' }])('runs one process: %p', (given) => {
    expect(() => { assertOneProcess(given); }).not.toThrow(); // prettier-ignore
  });

  it.each(['2', 'auto'])('refuses PROCESSES=%s, because each process would start servers of its own', (PROCESSES) => {
    expect(() => { assertOneProcess({ PROCESSES }); }).toThrow('node dist/src/main.js'); // prettier-ignore
  });
});
