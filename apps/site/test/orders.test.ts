import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { demoSite } from '@scale-up/testing';
import { focusedText, hasFocus, until } from './support/page-state.ts';
import { newName, register } from './support/people.ts';
import { type Keeper, basketLink, countOrders, keeperOf, placeOrder, putIntoBasket, thanked } from './support/shop.ts';
import { keepScreenshot } from './support/screenshots.ts';
import { visitorsOf } from './support/visit.ts';

suite('orders', () => {
  const { visit, site } = visitorsOf(demoSite);
  let keeper: Keeper;
  before(async () => {
    keeper = await keeperOf(site());
  });

  test('a guest fills a basket, logs in, orders, finds the order in the list and cancels it', async (t) => {
    const lamp = await keeper.addProduct('Lamp', 10, 'EUR', 4_800);
    const rope = await keeper.addProduct('Rope', 10, 'EUR', 1_250);
    const { page, go } = await visit(t);
    await go('/');
    await basketLink(page, 'empty').waitFor();
    await putIntoBasket(page, lamp);
    await basketLink(page, '1 item').waitFor();
    await putIntoBasket(page, rope, 2);
    await basketLink(page, '3 items').click();

    await page.getByRole('heading', { level: 1, name: 'Basket' }).waitFor();
    await page.getByText('€73.00').waitFor();
    await page.getByRole('button', { name: `One more of ${rope.title}` }).click();
    await page.getByText('€85.50').waitFor();
    await placeOrder(page);
    await page.waitForURL('**/login?next=*basket');
    const name = newName('uma');
    await page.getByRole('main').getByRole('link', { name: 'Register' }).click();
    await page.getByLabel('Username').fill(name);
    await page.getByLabel('E-mail').fill(`${name}@example.com`);
    await page.getByLabel('Password').fill('a long enough password');
    await page.getByRole('button', { name: 'Register' }).click();

    await page.waitForURL('**/basket');
    await placeOrder(page);
    await thanked(page);
    await basketLink(page, 'empty').waitFor();
    await page.getByRole('heading', { level: 2, name: lamp.title }).waitFor();
    await page.getByText('3 × €12.50').waitFor();
    await page.getByText('€85.50').waitFor();

    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Orders' }).click();
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
    await page.getByText(`${lamp.title} and 1 more`).waitFor();
    await page.getByRole('link', { name: /^Order / }).click();
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('Your order is cancelled.').waitFor();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    await keepScreenshot(page, 'order-cancelled');
    assert.equal(await page.getByRole('button', { name: 'Cancel order' }).count(), 0);
    await go(`/shop/${rope.slug}`);
    await page.getByText('In stock').waitFor();
  });

  test('what was sold out meanwhile is said at its line, and nothing is lost from the basket', async (t) => {
    const hook = await keeper.addProduct('Hook', 5);
    const ring = await keeper.addProduct('Ring', 5);
    const { page } = await visit(t);
    await register(page, newName('ada'));
    await putIntoBasket(page, ring, 1);
    await putIntoBasket(page, hook, 4);
    await page.goto('/basket');
    const quantity = page.getByRole('spinbutton', { name: `Quantity of ${hook.title}` });
    await page.getByRole('button', { name: 'Place order' }).waitFor();
    await keeper.moveStock(hook.slug, -3);
    await placeOrder(page);
    await page.getByRole('alert').getByText('Your order was not placed.').waitFor();
    const line = page.getByRole('listitem').filter({ has: quantity });
    await line.getByText('Only 2 left.').waitFor();
    assert.equal(await quantity.getAttribute('aria-invalid'), 'true');
    await until(async () => (await page.evaluate('document.activeElement?.ariaLabel')) === `Quantity of ${hook.title}`);
    assert.equal(await quantity.inputValue(), '4');
    await keepScreenshot(page, 'basket-refused');
    await basketLink(page, '5 items').waitFor();

    await quantity.fill('2');
    await quantity.press('Enter');
    await basketLink(page, '3 items').waitFor();
    await line.getByText('Only 2 left.').waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('alert').count(), 0);
    await placeOrder(page);
    await thanked(page);
    assert.equal(await countOrders(page), 1);

    await page.goto(`/shop/${hook.slug}`);
    await page.getByText('Out of stock').waitFor();
    await keepScreenshot(page, 'product-out-of-stock');
    assert.equal(await page.getByRole('button', { name: 'Add to basket' }).count(), 0);
  });

  test('a basket of two currencies, or with something that is gone, is no order yet', async (t) => {
    const euro = await keeper.addProduct('Cleat', 5);
    const yen = await keeper.addProduct('Fid', 5, 'JPY');
    const { page, go } = await visit(t);
    await putIntoBasket(page, euro);
    await putIntoBasket(page, yen);
    await go('/basket');
    await page.getByText('An order has one currency, and here are EUR and JPY.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Place order' }).count(), 0);
    await keepScreenshot(page, 'basket-two-currencies');
    await page.getByRole('button', { name: `Remove ${yen.title}` }).click();
    await page.getByRole('button', { name: 'Place order' }).waitFor();

    await page.evaluate(
      `localStorage.setItem('halyard.basket', JSON.stringify([{ product: 'no-such-thing', title: 'A thing', quantity: 1 }]))`,
    );
    await go('/basket');
    await page.getByText('This is no longer in the shop.').waitFor();
    await page.getByRole('heading', { name: 'A thing' }).waitFor();
    await page.getByText('Remove what is no longer in the shop').waitFor();
    await keepScreenshot(page, 'basket-gone');
    await page.getByRole('button', { name: 'Remove A thing' }).click();
    await page.getByText('Your basket is empty').waitFor();
  });

  test('the basket is the same in all tabs, and bad stored content is left out', async (t) => {
    const shackle = await keeper.addProduct('Shackle', 2_000);
    const { page, go } = await visit(t);
    await go('/');
    for (const content of ['{', '7', '[null, 1, {"product": 5, "quantity": 1}, {"product": "a", "quantity": 1e9}]']) {
      await page.evaluate(`localStorage.setItem('halyard.basket', ${JSON.stringify(content)})`);
      await page.reload();
      await basketLink(page, 'empty').waitFor();
    }
    const other = await page.context().newPage();
    await other.goto('/shop');
    await putIntoBasket(page, shackle, 990);
    await basketLink(other, '990 items').waitFor();
    await page.getByLabel('Quantity').fill('11');
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByText('An order takes up to 1000 of one thing.').waitFor();
    await page.getByLabel('Quantity').fill('0');
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByText('Quantity must be a whole number from 1 to 1000.').waitFor();
    assert.ok(await hasFocus(page.getByLabel('Quantity')));
    await keepScreenshot(page, 'product-quantity-refused');
    await basketLink(page, '990 items').waitFor();
  });

  test('the way from the product to the order can be gone with the keyboard', async (t) => {
    const twine = await keeper.addProduct('Twine', 9);
    const hook = await keeper.addProduct('Swivel', 9);
    const { page, go } = await visit(t);
    await register(page, newName('dov'));
    await putIntoBasket(page, hook);
    await go(`/shop/${twine.slug}`);
    const pressAt = async (text: string, key: string): Promise<void> => {
      for (let presses = 0; presses < 40 && (await focusedText(page)) !== text; presses += 1)
        await page.keyboard.press('Tab');
      assert.equal(await focusedText(page), text);
      await page.keyboard.press(key);
    };
    await page.getByLabel('Quantity').focus();
    await page.keyboard.press('Enter');
    await basketLink(page, '2 items').waitFor();
    await go('/basket');
    await page.getByRole('button', { name: 'Place order' }).waitFor();
    await pressAt(`One more of ${hook.title}`, 'Space');
    await basketLink(page, '3 items').waitFor();
    await pressAt(`Remove ${hook.title}`, 'Enter');
    await basketLink(page, '1 item').waitFor();
    assert.equal(await focusedText(page), `Remove ${twine.title}`);
    await pressAt('Place order', 'Enter');
    await thanked(page);
  });

  test("another's order is not there, and a guest is led to the log-in page", async (t) => {
    const buoy = await keeper.addProduct('Buoy', 5);
    const owner = await visit(t);
    await register(owner.page, newName('bea'));
    await putIntoBasket(owner.page, buoy);
    await owner.page.goto('/basket');
    await placeOrder(owner.page);
    await thanked(owner.page);
    const { pathname } = new URL(owner.page.url());

    const { page, go } = await visit(t);
    await go(pathname);
    await page.waitForURL('**/login?next=*');
    await register(page, newName('cem'));
    for (const path of [pathname, '/orders/none']) {
      await go(path);
      await page.getByRole('heading', { level: 1, name: 'This order is not here' }).waitFor();
    }
    await go('/orders');
    await page.getByText('You have not ordered anything yet').waitFor();
  });
});
