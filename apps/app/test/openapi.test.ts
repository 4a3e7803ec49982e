import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Operation, operations } from '@scale-up/contract';
import { send } from './support/client.ts';
import { testSite } from './support/site.ts';

type Schema = { properties?: Record<string, Schema>; required?: string[]; type?: unknown };
type Content = Record<string, { schema: Schema & { $ref?: string } }>;
type Described = {
  summary: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
type Document = {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> };
};

suite('the description of the API', () => {
  const site = testSite();
  const read = async () => JSON.parse((await send(site.url, 'GET', '/openapi.json')).text) as Document;
  const of = ({ paths }: Document, { path, method }: Operation) =>
    paths[`/api${path.replaceAll(/:(\w+)/g, '{$1}')}`]?.[method.toLowerCase()] as Described;

  test('it is OpenAPI 3.1 and has exactly the operations of the contract', async () => {
    const reply = await send(site.url, 'GET', '/openapi.json');
    assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
    const document = JSON.parse(reply.text) as Document;
    assert.match(document.openapi, /^3\.1\.\d+$/);
    assert.ok(document.info.title && document.info.version);
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = Object.values(operations).map(
      ({ method, path }) => `${method} /api${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    assert.deepEqual(described.toSorted(), expected.toSorted());
  });

  test('every operation has its parameters, body, answer and problems', async () => {
    const document = await read();
    for (const operation of Object.values(operations) as Operation[]) {
      const { method, path, params, query, body, answer, status, problems = [], idempotencyKey } = operation;
      const described = of(document, operation);
      const name = `${method} ${path}`;
      assert.ok(described.summary.length > 0 && described.tags.length === 1, name);
      const named = (where: string) =>
        (described.parameters ?? []).filter((parameter) => parameter.in === where).map((parameter) => parameter.name);
      assert.deepEqual(named('path').toSorted(), Object.keys(params?.properties ?? {}).toSorted(), name);
      assert.deepEqual(named('query').toSorted(), Object.keys(query?.properties ?? {}).toSorted(), name);
      assert.deepEqual(named('header'), method === 'GET' ? [] : ['Idempotency-Key'], name);
      for (const parameter of described.parameters ?? []) {
        const isRequired = parameter.in === 'path' || (parameter.in === 'header' && idempotencyKey === 'required');
        assert.equal(parameter.required === true, isRequired, `${name} ${parameter.name}`);
      }
      const bodySchema = described.requestBody?.content['application/json']?.schema;
      assert.deepEqual(bodySchema, body && (JSON.parse(JSON.stringify(body)) as Schema), name);
      assert.deepEqual(
        described.responses[status]?.content?.['application/json']?.schema,
        answer && (JSON.parse(JSON.stringify(answer)) as Schema),
        name,
      );
      for (const code of [...problems, 'default']) {
        const schema = described.responses[code]?.content?.['application/problem+json']?.schema;
        assert.equal(schema?.$ref, '#/components/schemas/Problem', `${name} ${code}`);
      }
      for (const response of Object.values(described.responses)) assert.ok(response.description, name);
    }
    assert.deepEqual(document.components.schemas['Problem']?.required, ['type', 'title', 'status', 'errors']);
  });

  test('it says where a token is needed, where it is optional, and where there is none', async () => {
    const document = await read();
    const scheme = Object.keys(document.components.securitySchemes)[0] ?? '';
    for (const operation of Object.values(operations) as Operation[]) {
      const { security } = of(document, operation);
      const expected = {
        public: undefined,
        optional: [{}, { [scheme]: [] }],
        user: [{ [scheme]: [] }],
        admin: [{ [scheme]: [] }],
      };
      assert.deepEqual(security, expected[operation.access], operation.path);
    }
  });

  test('every reference leads somewhere', async () => {
    const { text } = await send(site.url, 'GET', '/openapi.json');
    const document = JSON.parse(text) as Record<string, unknown>;
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      let target: unknown = document;
      for (const name of path.split('/')) target = (target as Record<string, unknown>)[name];
      assert.ok(target, path);
    }
    assert.doesNotMatch(text, /"\$ref":"[^#]/);
  });

  test('the page that shows it needs nothing from elsewhere, and its policy allows nothing else', async () => {
    for (const path of ['/docs', '/docs/']) {
      const page = await send(site.url, 'GET', path);
      assert.equal(page.status, 200);
      assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
      const policy = page.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /https?:|unsafe|\*|swagger\.io|upgrade-insecure-requests/);
      const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
      assert.ok(sources.length >= 5);
      assert.doesNotMatch(page.text, /<script(?![^>]*\bsrc=)|<style|\bon\w+=|style="/i);
      for (const source of sources) {
        const address = new URL(source, `${site.url}/api${path}`);
        assert.equal(address.origin, new URL(site.url).origin);
        const response = await fetch(address);
        await response.arrayBuffer();
        assert.equal(response.status, 200, source);
        assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      }
    }
    assert.equal((await send(site.url, 'GET', '/docs/json')).status, 200);
  });
});
