import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { issue, makeAuthority } from '@scale-up/infra/inventory/pki.ts';
import { createAsk, outcomeOf } from '../../src/cluster/sources/ask.ts';
import { freePort } from '../support/app-process.ts';
import { RecordedPort } from '../support/recorded-servers.ts';

const at = async (t: TestContext, port: RecordedPort) => {
  t.after(() => port.stop());
  return { host: '127.0.0.1', port: await port.start() };
};

suite('who is asked', () => {
  const ask = createAsk();

  test('has answered, refuses, or is silent', async (t) => {
    const well = await at(t, new RecordedPort({ '/readyz': 'fine' }));
    assert.deepEqual(await outcomeOf(ask(well, '/readyz?verbose', 300)), {
      is: 'answered',
      value: { status: 200, text: 'fine' },
    });
    const frozen = new RecordedPort({});
    frozen.isSilent = true;
    const place = await at(t, frozen);
    const began = performance.now();
    assert.deepEqual(await outcomeOf(ask(place, '/', 200)), { is: 'silent' });
    assert.ok(performance.now() - began < 400);
    assert.deepEqual(await outcomeOf(ask({ host: '127.0.0.1', port: await freePort() }, '/', 300)), { is: 'refused' });
  });

  test('is not listened to for ever', async (t) => {
    const endless = await at(t, new RecordedPort({ '/': 'x'.repeat(2_000_000) }));
    assert.deepEqual(await outcomeOf(ask(endless, '/', 2_000)), { is: 'silent' });
  });

  test('over TLS, must be vouched for by the authority that is believed', async (t) => {
    const [ours, another] = [await makeAuthority('Ours'), await makeAuthority('Another')];
    const { cert, key } = await issue(ours, ['127.0.0.1']);
    const server = createServer({ cert, key }, (_request, response) => response.end('patroni')).listen(0, '127.0.0.1');
    t.after(() => server.close().closeAllConnections());
    await once(server, 'listening');
    const place = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const said = await outcomeOf(createAsk(ours.cert)(place, '/patroni', 2_000));
    assert.deepEqual(said, { is: 'answered', value: { status: 200, text: 'patroni' } });
    assert.deepEqual(await outcomeOf(createAsk(another.cert)(place, '/patroni', 2_000)), { is: 'silent' });
    connect(place).destroy();
  });
});
