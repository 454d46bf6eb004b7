/** Light, dark, or what the system says. The choice lives in this browser only; public/theme.js applies it before the first paint. */
export type Theme = 'system' | 'light' | 'dark';
const KEY = 'mantel.theme';
const system = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)');

export function theme(): Theme {
  const saved = readChoice();
  return saved === 'light' || saved === 'dark' ? saved : 'system';
}

export function setTheme(next: Theme): void {
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Private windows may refuse storage: the choice then holds until the page is closed.
  }
  apply(next);
}

export function watchTheme(): void {
  apply(theme());
  system().addEventListener('change', () => apply(theme()));
}

function readChoice(): string | null {
  try { return localStorage.getItem(KEY); } catch { return null; }
}

function apply(choice: Theme): void {
  document.documentElement.classList.toggle('wa-dark', choice === 'dark' || (choice === 'system' && system().matches));
}
