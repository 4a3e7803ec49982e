import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { parseRepository, type Backup, type Repository } from '../../verbs/database/repository.ts';
import { parseTables } from '../../verbs/restoration/check.ts';
import { chooseBackup, parseTime, postgresTime } from '../../verbs/restoration/choose.ts';
import { requestText } from '../../verbs/restoration/commands.ts';
import { parseProgress, progressText } from '../../verbs/restoration/follow.ts';
import { judgeFormer, lackRoom, type Look, parseLook } from '../../verbs/restoration/look.ts';
import { exitCodes, VerbError } from '../../verbs/support/exit-codes.ts';

const now = Date.parse('2026-11-26T12:00:00Z');
const hour = 60 * 60 * 1000;

const refused = (work: () => unknown, sentence: RegExp, code: number = exitCodes.failed): void =>
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof VerbError);
    assert.match(error.message, sentence);
    assert.equal(error.code, code);
    return true;
  });

suite('the time to restore to', () => {
  test('is read with its offset, and given to PostgreSQL to the millisecond', () => {
    assert.equal(postgresTime(parseTime('2026-11-26T11:00:00Z', now)), '2026-11-26 11:00:00.000+00');
    assert.equal(postgresTime(parseTime('2026-11-26 12:30:15.25+01:00', now)), '2026-11-26 11:30:15.250+00');
  });

  for (const text of [
    'yesterday',
    '2026-11-26',
    '2026-11-26T11:00:00',
    '2026-13-26T11:00:00Z',
    "2026-11-26T11:00:00Z'",
  ]) {
    test(`is not ${text}: what is right is said`, () => {
      refused(() => parseTime(text, now), /is no time such as 2026-11-26T12:00:00Z or/, exitCodes.usage);
    });
  }

  test('is over', () => {
    refused(
      () => parseTime('2026-11-26T12:00:01Z', now),
      /is not over yet; it is 2026-11-26T12:00:00/,
      exitCodes.usage,
    );
  });
});

suite('the backup to begin with', () => {
  const backup = (label: string, stop: number): Backup => ({
    label,
    kind: 'full',
    start: stop - 1_000,
    stop,
    size: 100,
    sent: 10,
  });
  const repository: Repository = {
    backups: [backup('first', now - 48 * hour), backup('second', now - 24 * hour)],
    fault: undefined,
    progress: undefined,
  };

  test('is the newest that was complete by then', () => {
    assert.equal(chooseBackup(repository).label, 'second');
    assert.equal(chooseBackup(repository, now - hour).label, 'second');
    assert.equal(chooseBackup(repository, now - 24 * hour).label, 'second');
    assert.equal(chooseBackup(repository, now - 24 * hour - 1).label, 'first');
  });

  test('must be there: how far back one can go is said, or what is wrong with the repository', () => {
    refused(
      () => chooseBackup(repository, now - 49 * hour),
      /the oldest backup was complete at 2026-11-24T12:00:00Z/,
      exitCodes.usage,
    );
    refused(
      () => chooseBackup({ ...repository, backups: [], fault: 'missing stanza path' }),
      /no backup to restore: missing stanza path/,
    );
  });

  test('is found in what pgBackRest prints', () => {
    const text = JSON.stringify([
      {
        backup: [
          {
            label: '20261126-164606F',
            type: 'full',
            timestamp: { start: 1_795_711_566, stop: 1_795_711_570 },
            info: { size: 23_422_054, repository: { delta: 2_825_224 } },
          },
        ],
        name: 'mine',
        repo: [{ status: { code: 0, message: 'ok' } }],
        status: { code: 0, lock: { backup: { held: true, size: 200, 'size-cplt': 50 } }, message: 'ok' },
      },
    ]);
    assert.deepEqual(parseRepository(text), {
      backups: [
        {
          label: '20261126-164606F',
          kind: 'full',
          start: 1_795_711_566_000,
          stop: 1_795_711_570_000,
          size: 23_422_054,
          sent: 2_825_224,
        },
      ],
      fault: undefined,
      progress: 25,
    });
  });

  test('is not there when the repository does not answer, and its own words are kept', () => {
    const repo = [{ status: { code: 99, message: "[HostConnectError] unable to connect to '10.77.0.14:22'" } }];
    const { backups, fault } = parseRepository(
      JSON.stringify([{ backup: [], repo, status: { code: 99, message: 'other' } }]),
    );
    assert.deepEqual(backups, []);
    assert.match(fault ?? '', /unable to connect/);
  });
});

suite('what is there before a restore', () => {
  const bare: Look = {
    isReady: true,
    isRunning: false,
    hasData: false,
    isUnfinished: false,
    tables: undefined,
    room: 1_000,
  };
  const standby: Look = { ...bare, isRunning: true, hasData: true };
  const looks = (primary: Look, other: Look = standby): Record<string, Look> => ({ s1: other, s2: primary, s3: other });
  const judged = (given: Record<string, Look>, confirmed?: string) => judgeFormer(given, 'mine', confirmed);

  test('may be nothing, or an empty database, and nobody has to confirm that', () => {
    assert.equal(judged(looks(bare, bare)), 'there is none');
    assert.equal(judged(looks({ ...standby, tables: 0 })), 'is empty');
  });

  test('is left alone when it runs and is not empty, whatever is confirmed', () => {
    for (const confirmed of [undefined, 'mine', 'other']) {
      refused(
        () => judged(looks({ ...standby, tables: 12 }), confirmed),
        /^Nothing was done: .* runs on s1, s2, s3, and it has 12 tables/,
      );
    }
  });

  test('is left alone when it runs and nobody can be asked whether it is empty', () => {
    refused(() => judged(looks(bare), 'mine'), /runs on s1, s3, and there is no primary to ask/);
  });

  test('is put aside when it is stopped, if the inventory is named, and only then', () => {
    const stopped = { ...bare, hasData: true };
    refused(() => judged(looks(stopped, stopped)), /say --replace-data mine\.$/);
    refused(() => judged(looks(stopped, bare), 'yes'), /say --replace-data mine\.$/);
    assert.equal(judged(looks(stopped, stopped), 'mine'), 'is kept aside');
  });

  test('is deleted when it is a restore that did not come to its end: the next one begins anew', () => {
    assert.equal(judged(looks({ ...standby, isUnfinished: true, tables: 12 })), 'is half restored');
  });

  test('is read from what servers say', () => {
    assert.deepEqual(parseLook('ready\npatroni active\ndata\ntables 12\nroom 4096\n'), {
      ...standby,
      tables: 12,
      room: 4_096,
    });
    assert.deepEqual(parseLook('ready\npatroni inactive\nroom   4096\n'), { ...bare, room: 4_096 });
    assert.deepEqual(parseLook('patroni activating\ndata\nunfinished\ntables \nroom 1\n'), {
      ...standby,
      isReady: false,
      isUnfinished: true,
      room: 1,
    });
  });

  test('must leave room for what comes, and a tenth more, on every server', () => {
    assert.deepEqual(lackRoom(looks({ ...bare, room: 1_099 }, { ...bare, room: 1_100 }), 1_000), ['s2']);
  });
});

suite('a restore', () => {
  test('is asked of Patroni in words that no shell takes apart', () => {
    const text = requestText({
      label: '20261126-164606F',
      time: '2026-11-26 11:00:00.000+00',
      timeline: 'latest',
      copy: '',
    });
    assert.deepEqual(parse(text), {
      bootstrap: {
        method: 'backup',
        backup: {
          command: "/usr/local/lib/scale-up/backup-restore '20261126-164606F' '2026-11-26 11:00:00.000+00' 'latest' ''",
          no_params: true,
        },
      },
    });
  });

  test('says how far it is, phase by phase', () => {
    const lines = (told: string, rest = 'files 42.5\nsegments 0\npatroni active\nprimary 503\n') =>
      progressText(parseProgress(`${told}${rest}`));
    assert.equal(lines(''), 'Patroni begins');
    assert.equal(lines('1795712587 restoring\n'), 'files: 42.5 %');
    assert.equal(
      lines('1795712587 restoring\n1795712593 replaying\n', 'segments 17\npatroni active\n'),
      'WAL is replayed: 17 segments',
    );
    const told =
      '1795712587 restoring\n1795712593 replaying\n1795712600 replayed 2026-11-26 17:02:46.97+00\n1795712601 checking\n1795712603 checked 3781\n';
    const done = parseProgress(`${told}files 100\nsegments 3\npatroni active\nprimary 200\n`);
    assert.deepEqual(done.phases['replayed'], { at: 1_795_712_600_000, said: '2026-11-26 17:02:46.97+00' });
    assert.ok(done.isPrimary && done.isRunning);
  });

  test('counts tables; a table without times has none', () => {
    assert.deepEqual(parseTables('orders|12|2026-11-26T11:59:59Z\ntags|3|\n'), [
      { name: 'orders', rows: 12, newest: '2026-11-26T11:59:59Z' },
      { name: 'tags', rows: 3, newest: '' },
    ]);
  });
});
