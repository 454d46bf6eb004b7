/** The browser asks before the page is left while somebody keeps it: something is on its way. */
const keepers = new Set<object>();
const ask = (e: BeforeUnloadEvent): void => e.preventDefault();
export function keepHere(who: object, keep: boolean): void {
  if (keep === keepers.has(who)) return;
  const before = keepers.size > 0;
  if (keep) keepers.add(who);
  else keepers.delete(who);
  if (keepers.size > 0 === before) return;
  if (before) removeEventListener('beforeunload', ask);
  else addEventListener('beforeunload', ask);
}
