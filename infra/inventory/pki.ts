import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../local/die-with-parent.ts';
import { programOutput } from './program-output.ts';

/** A certificate and its key, PEM. */
export type Credentials = { readonly cert: string; readonly key: string };

/** Who a certificate is for: host names and IPv4 addresses; the first one is its common name. */
export type Subject = readonly [string, ...string[]];

const day = 24 * 60 * 60 * 1000;
/** An authority that expires takes everything with it, so it outlives the servers. */
const authorityDays = 3650;
/** Below the 825 days that browsers accept of an authority that somebody installed. */
const leafDays = 730;
/** Whoever provisions once a quarter never meets an expired certificate. */
const renewalDays = 90;

/** A P-256 key: what every TLS library speaks, and a handshake costs a tenth of an RSA key's. */
const makeKey = (): { publicKey: string; privateKey: string } =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

/**
 * openssl opens the key as /dev/stdin, which must be a real pipe and not the socket that Node makes: `cat` is between.
 * So a key stands neither in a list of processes nor on a disk.
 */
export const opensslWithKey = (...args: readonly (readonly string[])[]): Command => ({
  command: 'sh',
  args: ['-c', 'cat | exec openssl "$@"', 'openssl', ...args.flat()],
});

/** The command that makes an authority's certificate of its key. */
export const authorityCommand = (name: string): Command =>
  opensslWithKey(
    ['req', '-x509', '-key', '/dev/stdin', '-subj', `/CN=${name}`, '-days', String(authorityDays)],
    ['-addext', 'basicConstraints=critical,CA:TRUE,pathlen:0', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  );

/** What a leaf's certificate says beside its name; both usages, since a member of etcd is its peers' client too. */
export const leafExtensions = (subject: Subject): string =>
  [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth,clientAuth',
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
    `subjectAltName=${subject.map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`).join(',')}`,
    '',
  ].join('\n');

/** The command that signs a leaf's public key with an authority's key. */
export const leafCommand = (folder: string, subject: Subject, serial: string): Command =>
  opensslWithKey(
    ['x509', '-new', '-force_pubkey', join(folder, 'public.pem'), '-subj', `/CN=${subject[0]}`],
    ['-CA', join(folder, 'ca.pem'), '-CAkey', '/dev/stdin', '-set_serial', `0x${serial}`],
    ['-days', String(leafDays), '-extfile', join(folder, 'extensions')],
  );

/** Makes an authority. */
export const makeAuthority = async (name: string): Promise<Credentials> => {
  const { privateKey } = makeKey();
  return { key: privateKey, cert: await programOutput(authorityCommand(name), { input: privateKey }) };
};

/** Makes a certificate that an authority vouches for. */
export const issue = async (authority: Credentials, subject: Subject): Promise<Credentials> => {
  const { publicKey, privateKey } = makeKey();
  // Nothing secret lies here: a public key, a certificate, names.
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-pki-'));
  try {
    writeFileSync(join(folder, 'public.pem'), publicKey);
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    writeFileSync(join(folder, 'extensions'), leafExtensions(subject));
    // The first bit is cleared: a serial number is not negative.
    const serial = `0${randomBytes(16).toString('hex').slice(1)}`;
    return {
      key: privateKey,
      cert: await programOutput(leafCommand(folder, subject, serial), { input: authority.key }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const namesIn = ({ subjectAltName = '' }: X509Certificate): string[] =>
  subjectAltName.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));

/**
 * Whether a certificate must be made anew.
 * @param now milliseconds
 */
export const isDue = (
  { cert }: Credentials,
  authority: Credentials,
  subject: Subject,
  now: number = Date.now(),
): boolean => {
  const leaf = new X509Certificate(cert);
  const isOfAuthority = leaf.verify(new X509Certificate(authority.cert).publicKey);
  const isSameSubject = namesIn(leaf).toSorted().join() === [...subject].toSorted().join();
  return !isOfAuthority || !isSameSubject || leaf.validToDate.getTime() - now < renewalDays * day;
};

/**
 * What is wrong with a certificate that somebody brought for a host.
 * @param given the certificate, with its chain behind it, and its key
 * @returns a sentence for each fault
 */
export const certificateFaults = (given: Credentials, host: string, now: number = Date.now()): string[] => {
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(given.cert);
  } catch {
    return ['tls.certificate_file: holds no certificate (PEM)'];
  }
  const faults = keyFaults(leaf, given.key);
  if (!leaf.checkHost(host)) {
    faults.push(`tls.certificate_file: is for ${namesIn(leaf).join(', ') || leaf.subject}, not for site.host ${host}`);
  }
  if (leaf.validToDate.getTime() <= now) faults.push(`tls.certificate_file: expired on ${leaf.validTo}`);
  return faults;
};

/**
 * The certificates in a text, which may hold more than they, such as a key.
 * @returns undefined where there is none, or one that cannot be read
 */
export const certificatesIn = (text: string): string | undefined => {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const each of found) new X509Certificate(each);
  } catch {
    return undefined;
  }
  return found.length > 0 ? `${found.join('\n')}\n` : undefined;
};

const keyFaults = (leaf: X509Certificate, key: string): string[] => {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key)) ? [] : ['tls.key_file: is not the key of tls.certificate_file'];
  } catch {
    return ['tls.key_file: holds no private key without a password (PEM)'];
  }
};
