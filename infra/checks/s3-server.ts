import { builtByGo } from '../local/go-program.ts';

/**
 * A real server that speaks S3, and keeps buckets as folders (versitygw), for tests of backups. It checks signatures, and needs nothing beside itself.
 * @throws Error where there is no Go to build it with
 */
export const findS3Server = async (): Promise<string> => {
  const program = await builtByGo({
    name: 'versitygw',
    module: 'github.com/versity/versitygw/cmd/versitygw',
    version: '1.8.0',
  });
  if (program === undefined) throw new Error('This test needs Go, to build a server that speaks S3 (versitygw).');
  return program;
};
