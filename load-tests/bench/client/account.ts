import { setTimeout as sleep } from 'node:timers/promises';

/** The token of a new account: nothing that is asked with it comes from a cache. */
export const newToken = async (url: string): Promise<string> => {
  const user = { username: 'bench', email: 'bench@example.com', password: 'correct horse' };
  const answer = await fetch(`${url}/api/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  if (answer.status !== 201) throw new Error(`registration was answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { user: { token: string } }).user.token;
};

/** Milliseconds until who starts has looked at its schema. */
const patience = 30_000;

/**
 * Asks until it is answered: an instance listens before it is ready, and says 503 meanwhile.
 * @throws Error when it is answered otherwise, or too late
 */
export const demandAnswer = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
  for (const deadline = performance.now() + patience; ; await sleep(50)) {
    const answer = await fetch(url, { headers });
    const text = await answer.text();
    if (answer.status === 200) return;
    if (answer.status !== 503 || performance.now() > deadline)
      throw new Error(`${url} is answered ${answer.status}: ${text}`);
  }
};
