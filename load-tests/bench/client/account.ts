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

/** Asks once: whoever has not looked at its schema yet answers then. */
export const demandAnswer = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
  const answer = await fetch(url, { headers });
  if (answer.status !== 200) throw new Error(`${url} is answered ${answer.status}: ${await answer.text()}`);
};
