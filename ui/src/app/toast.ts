/** A short note at the bottom of the page, with one action at most ("Undo"). A note with a `key` takes the place of the one before it with the same key. */
export interface Toast { text: string; key?: string; kind?: 'plain' | 'bad'; action?: { label: string; run: () => void } }

export const toasts = new EventTarget();
export function toast(note: Toast): void { toasts.dispatchEvent(new CustomEvent<Toast>('toast', { detail: note })); }

/** Where the notes are, for the viewer: it keeps the focus to itself, but their buttons must stay in reach. `toasts` tells `left` when the note that had the focus went away. */
export const notes: { root: ShadowRoot | null } = { root: null };
