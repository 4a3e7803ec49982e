import { createPublicKey, generateKeyPairSync } from 'node:crypto';

const algorithm = 'ecdsa-sha2-nistp256';

/** A key for SSH, PEM: P-256 in the form (SEC 1) that libssh2, which pgBackRest speaks SFTP with, reads on every version. */
export const makeSshKey = (): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  }).privateKey;

/** A string of SSH's protocol (RFC 4251, 5): its length in four bytes, then itself. */
const sshString = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/**
 * The public part of such a key, as a line of authorized_keys (RFC 5656, 3.1).
 * @param comment what the line says at its end
 */
export const publicSshKey = (key: string, comment: string): string => {
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' }) as {
    readonly x?: string;
    readonly y?: string;
  };
  // 4: a point that is not compressed.
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const parts = [Buffer.from(algorithm), Buffer.from('nistp256'), point];
  return `${algorithm} ${Buffer.concat(parts.map(sshString)).toString('base64')} ${comment}`;
};
