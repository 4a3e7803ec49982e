const name = 'halyard.reloaded';
// Twice within this time means that the reload did not help.
const pause = 10_000;

/**
 * After a deploy the code of a page may be gone under its old name; loading the site anew finds the new one.
 * @returns whether it does so
 */
export const reloadForNewRelease = (): boolean => {
  try {
    const last = Number(sessionStorage.getItem(name) ?? 0);
    if (!navigator.onLine || Date.now() - last < pause) return false;
    sessionStorage.setItem(name, String(Date.now()));
  } catch {
    return false;
  }
  location.reload();
  return true;
};
