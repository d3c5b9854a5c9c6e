import { membersOf } from './member-text.js';

/** The members as text, so that a wrong cut shows. */
const shown = (text: string): string[] => membersOf(text).map(({ name, value }) => `${name}=${value}`);

describe('the members of a JSON object', () => {
  it.each<[string, string[]]>([
    ['{}', []],
    [' { } ', []],
    ['{"a":1}', ['a=1']],
    ['{ "a" : 1.0 , "b" : -0 }', ['a=1.0', 'b=-0']],
    ['{"a":{"b":[1,{"c":2}],"d":3},"e":[ ]}', ['a={"b":[1,{"c":2}],"d":3}', 'e=[ ]']],
    ['{"a":"}{,:\\"","b":"\\\\"}', ['a="}{,:\\""', 'b="\\\\"']],
    ['{"a,b":true,"c:d":null}', ['a,b=true', 'c:d=null']],
    ['{"\\u0061":9007199254740993}', ['a=9007199254740993']],
    ['{"a":1,"a":2}', ['a=1', 'a=2']],
    ['{"":{"":""}}', ['={"":""}']],
    ['{"a":[[["]"]]]}', ['a=[[["]"]]]']],
  ])('are cut out as they were written: %s', (text, members) => {
    expect(shown(text)).toEqual(members);
  });
});
