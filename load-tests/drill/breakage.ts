import type { ServersSite } from '../servers/servers-site.ts';

/** A way to break the site on purpose, so that its drill must fail: one that could not would prove nothing. */
export type Breakage = {
  readonly what: string;
  readonly make: (site: ServersSite) => Promise<unknown>;
  readonly mend: (site: ServersSite) => Promise<unknown>;
};

const setConfiguration = async (site: ServersSite, settings: Readonly<Record<string, string>>): Promise<void> => {
  const { primary } = await site.roles();
  if (primary === undefined) throw new Error('the database has no primary');
  const words = Object.entries(settings).map(([key, value]) => `--set ${key}=${value}`);
  await site.on(primary, `patronictl --config-file /etc/patroni/config.yml edit-config --force ${words.join(' ')}`);
};

/** What can be broken, by name. */
export const breakages: Readonly<Record<string, Breakage>> = {
  outcomes: {
    what: 'outcomes of writes are not stored, so a repeated write is done again',
    make: (site) =>
      site.execute(`CREATE OR REPLACE FUNCTION drill_forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE OR REPLACE TRIGGER drill_forget BEFORE INSERT ON outcomes FOR EACH ROW EXECUTE FUNCTION drill_forget()`),
    mend: (site) =>
      site.execute('DROP TRIGGER IF EXISTS drill_forget ON outcomes; DROP FUNCTION IF EXISTS drill_forget()'),
  },
  synchronous: {
    what: 'a commit waits for no standby, so a lost primary takes acknowledged writes with it',
    make: (site) => setConfiguration(site, { synchronous_mode: 'off', synchronous_mode_strict: 'off' }),
    mend: (site) => setConfiguration(site, { synchronous_mode: 'quorum', synchronous_mode_strict: 'on' }),
  },
};
