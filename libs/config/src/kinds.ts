import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { Secret } from './secret.ts';

/** How the text of a variable becomes a value. `parse` throws a Wrong with what would be right. */
export type Kind<Value> = {
  /** For documentation: `integer 1–65535`. */
  readonly name: string;
  readonly secret: boolean;
  readonly parse: (text: string) => Value;
};

/** Says what would have been right, to follow on "must be". */
export class Wrong extends Error {}

export const string = (): Kind<string> => ({ name: 'text', secret: false, parse: (text) => text });

export const integer = (min: number, max: number, unit?: string): Kind<number> => ({
  name: `integer ${min}–${max}${unit ? ` (${unit})` : ''}`,
  secret: false,
  parse: (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new Wrong(`a whole number from ${min} to ${max}`);
    return value;
  },
});

/** A part of a whole. */
export const ratio = (): Kind<number> => ({
  name: 'number 0–1',
  secret: false,
  parse: (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= 0 && value <= 1)) throw new Wrong('a number from 0 to 1 such as 0.1');
    return value;
  },
});

export const oneOf = <const Values extends readonly string[]>(...values: Values): Kind<Values[number]> => ({
  name: values.join(' | '),
  secret: false,
  parse: (text) => {
    if (!values.includes(text)) throw new Wrong(`one of ${values.join(', ')}`);
    return text;
  },
});

/** An address without a password, such as the one of the next tier. */
export const url = (...protocols: string[]): Kind<string> => ({
  name: `URL (${protocols.join(', ')})`,
  secret: false,
  parse: (text) => {
    checkUrl(text, protocols);
    return text.replace(/\/$/, '');
  },
});

/**
 * A PostgreSQL database's address with a password. Whose certificates are believed is read at each connection, and a file that is not
 * there would look like a database that is away: so it is looked at here.
 */
export const databaseUrl = (): Kind<Secret> => ({
  ...secretUrl('postgres', 'postgresql'),
  parse: (text) => {
    const value = secretUrl('postgres', 'postgresql').parse(text);
    const file = URL.parse(text)?.searchParams.get('sslrootcert');
    if (file !== null && file !== undefined) checkCertificates(file);
    return value;
  },
});

/** An address that carries a password. */
export const secretUrl = (...protocols: string[]): Kind<Secret> => ({
  name: `URL (${protocols.join(', ')}), secret`,
  secret: true,
  parse: (text) => {
    checkUrl(text, protocols);
    return new Secret(text);
  },
});

export const secret = (minLength: number): Kind<Secret> => ({
  name: `text of at least ${minLength} characters, secret`,
  secret: true,
  parse: (text) => {
    if (text.length < minLength) throw new Wrong(`at least ${minLength} characters long (${text.length} given)`);
    return new Secret(text);
  },
});

/** Addresses and networks, such as `10.0.0.0/24,::1`; the values are checked, the text is what Fastify's trustProxy takes. */
export const networks = (): Kind<string[]> => ({
  name: 'addresses or networks, comma-separated',
  secret: false,
  parse: (text) => {
    const items = text.split(',').map((item) => item.trim());
    for (const item of items) checkNetwork(item);
    return items;
  },
});

export type Endpoint = { readonly host: string; readonly port: number };

/** Servers as `host:port`, in the order in which they are asked; an IPv6 address stands in brackets. */
export const endpoints = (): Kind<readonly Endpoint[]> => ({
  name: 'host:port, comma-separated',
  secret: false,
  parse: (text) => text.split(',').map((item) => parseEndpoint(item.trim())),
});

/** @throws Wrong */
export const parseEndpoint = (item: string): Endpoint => {
  const [, inBrackets, name, digits] = /^(?:\[([^\]]+)\]|([\w.-]+)):(\d{1,5})$/.exec(item) ?? [];
  const port = Number(digits);
  const host = inBrackets ?? name;
  const isHost = inBrackets === undefined || isIP(inBrackets) === 6;
  if (host === undefined || !isHost || port < 1 || port > 65_535) {
    throw new Wrong('servers such as 10.0.0.1:26379,10.0.0.2:26379');
  }
  return { host, port };
};

const checkCertificates = (file: string): void => {
  const isRight = 'a URL whose sslrootcert names a file of certificates (PEM)';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Wrong(`${isRight}; ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Wrong(`${isRight}; ${file} holds none`);
};

const checkUrl = (text: string, protocols: string[]): void => {
  const parsed = URL.parse(text);
  if (!parsed || !protocols.includes(parsed.protocol.slice(0, -1)) || !parsed.hostname) {
    throw new Wrong(`a URL that starts with ${protocols.map((name) => `${name}://`).join(' or ')} and names a host`);
  }
};

const checkNetwork = (item: string): void => {
  const [address = '', prefix, ...rest] = item.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) throw new Wrong('IP addresses or networks such as 10.0.0.0/24');
  if (prefix === undefined) return;
  try {
    new BlockList().addSubnet(address, /^\d+$/.test(prefix) ? Number(prefix) : -1, version === 4 ? 'ipv4' : 'ipv6');
  } catch {
    throw new Wrong(`networks with a prefix length of 0 to ${version === 4 ? 32 : 128}`);
  }
};
