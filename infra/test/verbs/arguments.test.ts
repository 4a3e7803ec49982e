import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { usageOf, verbArguments, type VerbDefinition } from '../../verbs/support/arguments.ts';
import { exitCodes, VerbError } from '../../verbs/support/exit-codes.ts';

const folder = fileURLToPath(new URL('../../verbs/', import.meta.url));
const verbs = [
  'deploy',
  'evacuate',
  'explain',
  'provision',
  'reboot',
  'return',
  'rollback',
  'status',
  'switchover',
] as const;
const run = (verb: string, ...words: string[]) =>
  spawnSync(process.execPath, [`${folder}${verb}.ts`, ...words], { encoding: 'utf8' });

const about: VerbDefinition = {
  name: 'paint',
  summary: 'Paints a server.',
  server: 'required',
  options: {
    colour: { type: 'string', value: 'NAME', help: 'which one' },
    twice: { type: 'boolean', help: 'two coats' },
  },
};

const refusal = (verb: VerbDefinition, ...words: string[]): VerbError => {
  try {
    verbArguments(verb, words);
  } catch (error) {
    assert.ok(error instanceof VerbError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: `"${words.join(' ')}" was taken` });
};

suite('a verb’s command line', () => {
  test('is read whole', () => {
    const given = verbArguments(about, [
      's2',
      '--colour',
      'blue',
      '-i',
      'mine.yml',
      '--lab',
      'two',
      '--dry-run',
      '--json',
    ]);
    const { values, ...rest } = given;
    assert.deepEqual({ ...values }, { colour: 'blue' });
    assert.deepEqual(rest, {
      inventory: 'mine.yml',
      lab: 'two',
      isDryRun: true,
      isJson: true,
      isHelp: false,
      server: 's2',
      operand: undefined,
    });
  });

  test('may be about something that is no server', () => {
    const verb: VerbDefinition = { name: 'look', summary: 'Looks.', operand: 'THING' };
    assert.deepEqual([verbArguments(verb, ['s2']).operand, verbArguments(verb, ['s2']).server], ['s2', undefined]);
    assert.equal(verbArguments(verb, []).operand, undefined);
    assert.match(usageOf(verb), /^usage: npx nx look infra -- \[THING\] \[option…\]\n/);
    assert.match(refusal(verb, 'a', 'b').message, /^look does not know what to do with "b"\.\n/);
  });

  test('that says nothing means the three servers, for good', () => {
    const { inventory, isDryRun, isJson, lab } = verbArguments({ ...about, server: 'optional' }, []);
    assert.match(inventory, /infra\/inventory\/three-servers\.yml$/);
    assert.deepEqual([isDryRun, isJson, lab], [false, false, undefined]);
  });

  const wrong: readonly (readonly [what: string, verb: VerbDefinition, words: string[], sentence: string])[] = [
    ['without the server that it is about', about, [], 'paint of which server?'],
    ['with one server too many', about, ['s1', 's2'], 'paint does not know what to do with "s2".'],
    [
      'with a server that it is not about',
      { name: 'show', summary: '' },
      ['s1'],
      'show does not know what to do with "s1".',
    ],
    ['with an option that there is not', about, ['s1', '--color', 'blue'], "Unknown option '--color'."],
    ['with an option that lacks its value', about, ['s1', '--colour'], "Option '--colour <value>' argument missing."],
    [
      'with a value that an option does not take',
      about,
      ['s1', '--twice=yes'],
      "Option '--twice' does not take an argument.",
    ],
  ];
  for (const [what, verb, words, sentence] of wrong) {
    test(`${what} is refused with a sentence and the usage`, () => {
      const { message, code } = refusal(verb, ...words);
      assert.equal(message, `${sentence}\n${usageOf(verb)}`);
      assert.equal(code, exitCodes.usage);
    });
  }

  test('may ask for help without the server', () => {
    assert.equal(verbArguments(about, ['--help']).isHelp, true);
  });

  test('is told in the usage with every option, the verb’s own first', () => {
    const [head, summary, , ...options] = usageOf(about).split('\n');
    assert.equal(head, 'usage: npx nx paint infra -- NAME [option…]');
    assert.equal(summary, 'Paints a server.');
    assert.deepEqual(
      options.map((line) => line.trim().split(/ {2,}/)[0]),
      ['--colour NAME', '--twice', '-i, --inventory FILE', '--lab NAME', '--dry-run', '--json', '-h, --help'],
    );
  });
});

suite('every verb', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
  };

  for (const verb of verbs) {
    test(`${verb} is a command, says how it is called, and refuses what it does not know with code 2`, () => {
      assert.equal(scripts[verb], `node verbs/${verb}.ts`);
      const help = run(verb, '--help');
      assert.equal(help.status, 0, help.stderr);
      assert.match(help.stdout, new RegExp(`^usage: npx nx ${verb} infra --`));
      const wrong = run(verb, '--no-such-option');
      assert.equal(wrong.status, 2);
      assert.equal(wrong.stdout, '');
      assert.match(wrong.stderr, new RegExp(`^Unknown option '--no-such-option'\\.\nusage: npx nx ${verb} infra --`));
    });
  }

  test('one that is about a server refuses another inventory’s, and names its own', () => {
    const { status, stderr } = run('evacuate', 's9');
    assert.equal(status, 2);
    assert.equal(stderr, 'There is no server "s9" in three-servers; it has s1, s2, s3.\n');
  });

  test('a lab that is not up is told, instead of going to servers of its addresses', () => {
    const { status, stderr } = run('status', '--lab', `none-${process.pid}`);
    assert.equal(status, 1);
    assert.equal(stderr, `There is no lab "none-${process.pid}" that is up.\n`);
  });

  test('explain wants a request or a time, and says what is wrong with either before it asks anybody', () => {
    for (const [words, sentence] of [
      [[], 'explain wants the id of a request, or a time: --since 5m, or --from TIME and --to TIME.'],
      [['--since', 'noon'], '--since is "noon"; it wants a number and s, m, h or d, such as 5m.'],
      [
        ['GET /'],
        `"GET /" is no id of a request; it is what an answer's X-Request-Id says, such as 1e520938-3446-45ce-bc09-b71b3161a99b.`,
      ],
    ] as const) {
      const { status, stdout, stderr } = run('explain', ...words);
      assert.deepEqual([status, stdout, stderr], [2, '', `${sentence}\n`]);
    }
  });

  test('reboot wants a server or --all, and not both', () => {
    for (const words of [[], ['s1', '--all']]) {
      const { status, stderr } = run('reboot', ...words);
      assert.equal(status, 2);
      assert.equal(stderr, 'reboot wants the name of a server, or --all.\n');
    }
  });
});
