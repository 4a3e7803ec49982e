import { provideBase } from '@scale-up/infra/images/base.ts';
import { findEngine } from '@scale-up/infra/images/engine.ts';
import { installPrograms } from '@scale-up/infra/lab/host.ts';
import { makeImage } from '@scale-up/infra/lab/image.ts';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { findS3Server } from '@scale-up/infra/checks/s3-server.ts';
import { print } from '@scale-up/infra/local/terminal.ts';
import { findK6 } from '../k6/program.ts';

const quietly = (): void => {};

type Parts = Readonly<Record<string, () => Promise<unknown>>>;

/** What the tests on servers install and make where it is not there yet, once on a machine, in the order in which they need it. */
const stages: Readonly<Record<string, Parts>> = {
  install: {
    'the programs of a lab': async () => installPrograms(quietly),
    'what builds images': () => findEngine(quietly),
  },
  make: {
    'the image of a lab’s servers': () => makeImage(quietly),
    'the base of the containers’ images': async () => provideBase(await findEngine(quietly), undefined, quietly),
    k6: findK6,
    'a server that speaks S3': findS3Server,
  },
};

// What fails here is tried again by the tests, which say what is wrong.
for (const [name, make] of Object.entries(stages[process.argv[2] ?? ''] ?? {})) {
  const began = performance.now();
  await make().then(
    () => print(`${name}: there after ${Math.round((performance.now() - began) / 1_000)} s`),
    (error: unknown) => print(`${name}: not possible yet: ${messageOf(error)}`),
  );
}
