import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { clientOf } from './support/client.ts';
import { addProduct, isTimestamp, newName, nowhere, type Person, register, registerAdmin } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('products', () => {
  const site = testSite();
  let admin: Person;
  before(async () => {
    admin = await registerAdmin(site);
  });
  const list = async (query: object) => {
    const { products, productsCount } = await clientOf(site.url).call('products', { query });
    assert.ok(products.length <= productsCount);
    return products.map(({ title }) => title);
  };

  test('a new product has every field of the contract and reads back equal for everyone', async () => {
    const fields = {
      title: 'Marlin spike',
      description: 'Opens *strands*.',
      price: 1_250,
      stock: 7,
      image: '/spike.png',
    };
    const product = await addProduct(admin, { ...fields, tagList: ['tools', 'rope'] });
    const { createdAt, updatedAt, ...rest } = product;
    assert.deepEqual(rest, { ...fields, slug: 'marlin-spike', currency: 'EUR', tagList: ['rope', 'tools'] });
    assert.ok(isTimestamp(createdAt) && createdAt === updatedAt);
    const params = { slug: product.slug };
    assert.deepEqual(await clientOf(site.url).call('product', { params }), { product });
    const { description: _description, ...summary } = product;
    const answer = await clientOf(site.url).call('products', { query: {} });
    assert.deepEqual(answer, { products: [summary], productsCount: 1 });
  });

  test('titles repeat, and a title without letters has a slug as well', async () => {
    const products = await Promise.all(
      ['Twine', 'Twine', 'Twine', '⚓️', 'new'].map((title) => addProduct(admin, { title })),
    );
    assert.equal(new Set(products.map(({ slug }) => slug)).size, 5);
    for (const { slug } of products) assert.match(slug, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test('only admins add, change and restock, and what others try leaves no trace', async () => {
    const { slug } = await addProduct(admin);
    const customer = await register(site);
    const content = await contentOf(site);
    const params = { slug };
    const product = { title: 't', description: 'd', price: 1, stock: 1 };
    const forbidden = { role: ['must be admin'] };
    assert.deepEqual(await customer.refused(403, 'createProduct', { body: { product } }), forbidden);
    assert.deepEqual(await customer.refused(403, 'changeProduct', { params, body: { product } }), forbidden);
    const stock = { delta: 1, reason: 'delivery' };
    assert.deepEqual(await customer.refused(403, 'changeStock', { params, body: { stock } }), forbidden);
    // 422 and 404 come before 403.
    await customer.refused(422, 'createProduct', { body: { product: { ...product, price: -1 } } });
    await customer.refused(404, 'changeProduct', { params: { slug: nowhere }, body: { product } });
    await customer.refused(404, 'changeStock', { params: { slug: nowhere }, body: { stock } });
    assert.equal(await contentOf(site), content);
  });

  test('the right of an admin is asked of the database, not read from the token', async () => {
    const person = await register(site);
    const product = { title: newName(), description: 'd', price: 1, stock: 1 };
    await person.refused(403, 'createProduct', { body: { product } });
    await site.database.script(`UPDATE users SET role = 'admin' WHERE username = '${person.username}'`);
    await person.call('createProduct', { body: { product } });
    await site.database.script(`UPDATE users SET role = 'customer' WHERE username = '${person.username}'`);
    await person.refused(403, 'createProduct', { body: { product } });
  });

  test('a change keeps what is left out, never touches the stock, and renews updatedAt', async () => {
    let product = await addProduct(admin, { image: '/one.png', tagList: ['one'] });
    const changes = [
      { price: 1 },
      { description: 'New' },
      { image: null },
      { image: '/two.png' },
      { tagList: [] },
      { currency: 'CHF' },
      {},
    ];
    for (const change of changes) {
      const params = { slug: product.slug };
      const body = { product: { ...change, stock: 999 } };
      const { product: changed } = await admin.call('changeProduct', { params, body });
      assert.ok(changed.updatedAt > product.updatedAt);
      assert.deepEqual(changed, { ...product, ...change, updatedAt: changed.updatedAt });
      product = changed;
    }
    const cleared = await admin.call('changeProduct', {
      params: { slug: product.slug },
      body: { product: { image: '' } },
    });
    assert.equal(cleared.product.image, null);
    const renamed = await admin.call('changeProduct', {
      params: { slug: product.slug },
      body: { product: { title: 'Other' } },
    });
    assert.equal(renamed.product.slug, 'other');
    await admin.refused(404, 'product', { params: { slug: product.slug } });
  });

  test('wrong prices, currencies and stocks are 422 under their names', async () => {
    const content = await contentOf(site);
    const wrong: Record<string, unknown[]> = {
      price: [-1, 1.5, '100', null, 100_000_001, 1e300, undefined],
      stock: [-1, 0.5, '1', null, 1_000_000_001, undefined],
      currency: ['eur', 'EU', 'EURO', 'XYZ', '', 7, null],
      image: [7, {}, 'x'.repeat(2_049)],
      description: ['', null, 'x'.repeat(20_001)],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const product = { title: 't', description: 'd', price: 1, stock: 1, [name]: value };
        assert.deepEqual(
          Object.keys(await admin.refused(422, 'createProduct', { body: { product } })),
          [name],
          String(value),
        );
      }
    }
    assert.equal(await contentOf(site), content);
  });

  test('a search finds words of title and description, by relevance, and any text is a search', async () => {
    const word = 'zephyr';
    await addProduct(admin, { title: 'In the text', description: `It has a ${word} and a compass.` });
    await addProduct(admin, { title: `The ${word}s`, description: 'Brass', tagList: ['brass'] });
    await addProduct(admin, { title: 'Neither', description: 'Nothing' });
    assert.deepEqual(await list({ q: word }), [`The ${word}s`, 'In the text']);
    assert.deepEqual(await list({ q: `${word} compass` }), ['In the text']);
    assert.deepEqual(await list({ q: `${word} -compass` }), [`The ${word}s`]);
    assert.deepEqual(await list({ q: word, tag: 'brass' }), [`The ${word}s`]);
    assert.deepEqual(await list({ q: word, limit: 1, offset: 1 }), ['In the text']);
    for (const q of [
      `'; DROP TABLE users; --`,
      '"',
      '&|!()',
      ':*',
      '%',
      'the',
      '\\',
      '<->',
      '😀',
      'a or',
      '"a b'.repeat(20),
    ]) {
      await list({ q });
    }
    assert.deepEqual(await list({ q: '  ' }), await list({}));
    await clientOf(site.url).refused(422, 'products', { query: { q: 'x'.repeat(201) } });
  });

  test('pages put together are the whole list, newest first, also within a tag', async () => {
    const made = await Promise.all(Array.from({ length: 30 }, () => addProduct(admin, { tagList: ['paged'] })));
    const all = await list({ tag: 'paged', limit: 100 });
    assert.deepEqual(all.toSorted(), made.map(({ title }) => title).toSorted());
    const rows = await site.database.script(
      `SELECT title FROM products WHERE 'paged' = ANY (tag_list) ORDER BY id DESC`,
    );
    assert.deepEqual(
      all,
      rows.map(({ title }) => title),
    );
    const pages = [];
    for (let offset = 0; offset < 30; offset += 7) pages.push(...(await list({ tag: 'paged', limit: 7, offset })));
    assert.deepEqual(pages, all);
    assert.deepEqual(await list({ tag: 'Paged' }), []);
  });
});
