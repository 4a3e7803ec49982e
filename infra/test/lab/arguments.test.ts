import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { labArguments, usage } from '../../lab/arguments.ts';

const main = fileURLToPath(new URL('../../lab/main.ts', import.meta.url));

suite('a lab’s command line', () => {
  test('means the three servers when it says nothing, wherever it is called', () => {
    const { inventory, lab, names, isOneWay } = labArguments(['up']);
    assert.match(inventory, /infra\/inventory\/three-servers\.yml$/);
    assert.deepEqual([lab, names, isOneWay], [undefined, [], false]);
  });

  test('names an inventory, a lab and servers in any order', () => {
    const given = labArguments(['cut', 's1', '--lab', 'two', 's2', '-i', '/x/mine.yml', '--one-way']);
    assert.deepEqual(given, { verb: 'cut', inventory: '/x/mine.yml', lab: 'two', isOneWay: true, names: ['s1', 's2'] });
  });

  test('gives ssh all that follows on the server’s name, whatever it looks like', () => {
    const { lab, names } = labArguments(['ssh', '--lab', 'two', 's1', 'ls', '-l', '--lab', '/']);
    assert.deepEqual([lab, names], ['two', ['s1', 'ls', '-l', '--lab', '/']]);
  });

  const wrong: readonly (readonly [words: string[], sentence: RegExp])[] = [
    [['fly'], /^A lab can be told up, down, .*, not "fly"\.$/],
    [[], /^A lab can be told up, down, .*, not ""\.$/],
    [['toString'], /not "toString"/],
    [['kill'], /^lab-kill must be told which server\.$/],
    [['kill', 's1', 's2'], /^lab-kill does not know what to do with "s2"\.$/],
    [['up', 's1'], /^lab-up does not know what to do with "s1"\.$/],
    [['cut', 's1', 's2', 's3'], /^lab-cut does not know what to do with "s3"\.$/],
    [['cut', 's1', '--one-way'], /^--one-way goes with lab-cut and two servers/],
    [['heal', 's1', '--one-way'], /^--one-way goes with lab-cut and two servers/],
    [['up', '--lab', '../x'], /^--lab "\.\.\/x": a name of at most 30 small letters/],
    [['up', '--force'], /^Unknown option '--force'; --help tells what there is\.$/],
  ];
  for (const [words, sentence] of wrong) {
    test(`"${words.join(' ')}" is refused with a sentence`, () => {
      assert.throws(
        () => labArguments(words),
        ({ message }: Error) => sentence.test(message),
      );
    });
  }

  test('has in its usage every verb that there is, and no other', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const commands = Object.keys(scripts).filter((name) => name.startsWith('lab-'));
    assert.deepEqual(
      [...new Set(usage.match(/^ {2}lab-\w+/gm)?.map((line) => line.trim()))].toSorted(),
      commands.toSorted(),
    );
  });

  test('that is wrong ends with code 1 and without a stack; --help ends with 0', () => {
    const run = (...words: string[]) => spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
    const wrongRun = run('kill');
    assert.deepEqual([wrongRun.status, wrongRun.stderr], [1, 'lab-kill must be told which server.\n']);
    const help = run('--help');
    assert.deepEqual([help.status, help.stdout], [0, `${usage}\n`]);
  });
});
