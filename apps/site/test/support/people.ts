import type { Page } from 'playwright-core';

let counter = 0;

/** A name that nobody has had yet. */
export const newName = (start: string): string => {
  counter += 1;
  return `${start}${Date.now().toString(36)}${counter}`;
};

export const register = async (page: Page, username: string): Promise<void> => {
  await page.goto('/register');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@example.com`);
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('link', { name: `Your profile, ${username}` }).waitFor();
};

export const logIn = async (page: Page, email: string, password: string): Promise<void> => {
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('link', { name: /^Your profile, / }).waitFor();
};

type Text = { title: string; description?: string; body?: string; tags?: string[] };

/** Writes an article in the editor and waits for its page. */
export const publish = async (
  page: Page,
  { title, description = 'What it is about.', body = 'Text.', tags = [] }: Text,
): Promise<void> => {
  await page.goto('/editor');
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('What it is about').fill(description);
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill(body);
  for (const tag of tags) {
    // oxlint-disable-next-line no-await-in-loop -- one keyboard
    await page.getByLabel('Tags', { exact: true }).pressSequentially(`${tag},`);
  }
  await page.getByRole('button', { name: 'Publish article' }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
};

export const article = (page: Page, title: string) =>
  page.getByRole('article').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
