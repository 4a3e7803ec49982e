import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { findTarget } from '../../k6/target.ts';

const { ADDRESS, SSL_CERT_FILE } = process.env;

const restore = (name: string, value: string | undefined): void => {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
};

afterEach(() => {
  restore('ADDRESS', ADDRESS);
  restore('SSL_CERT_FILE', SSL_CERT_FILE);
});

test('an address is the site, and needs no lab', () => {
  process.env['ADDRESS'] = 'https://www.example.com';
  delete process.env['SSL_CERT_FILE'];
  const { url, prefix, authority, servers, folder } = findTarget('nowhere.yml');
  assert.deepEqual(
    { url, prefix, authority, servers },
    { url: 'https://www.example.com', prefix: [], authority: undefined, servers: undefined },
  );
  assert.match(folder, /\/load\/www\.example\.com\/$/);
});

for (const address of ['www.example.com', 'ftp://www.example.com', 'https://www.example.com/shop']) {
  test(`"${address}" is refused with what would be right`, () => {
    process.env['ADDRESS'] = address;
    assert.throws(() => findTarget('nowhere.yml'), {
      message: `ADDRESS must be a site such as https://www.example.com, not "${address}"`,
    });
  });
}

test('authorities that are not there are named', () => {
  process.env['ADDRESS'] = 'https://www.example.com';
  process.env['SSL_CERT_FILE'] = '/nowhere/ca.pem';
  assert.throws(() => findTarget('nowhere.yml'), {
    message: 'SSL_CERT_FILE names "/nowhere/ca.pem", which is not there',
  });
});
