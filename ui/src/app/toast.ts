/** A short note at the bottom of the page, with one action at most ("Undo"). */
export interface Toast { text: string; kind?: 'plain' | 'bad'; action?: { label: string; run: () => void } }

export const toasts = new EventTarget();
export function toast(note: Toast): void { toasts.dispatchEvent(new CustomEvent<Toast>('toast', { detail: note })); }
