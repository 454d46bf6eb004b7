import type { LitElement } from 'lit';
import { toast } from '../../../app/toast.ts';
import { messageOf } from '../../../data/api.ts';
import type { Asset } from '../../../data/types.ts';

/** Waits for a change and tells the viewer how the photo is now (`changed`). False: it was refused; a note says why, and the field shows what holds again. */
export async function saved(host: LitElement, change: Promise<Asset>): Promise<boolean> {
  try {
    host.dispatchEvent(new CustomEvent<Asset>('changed', { detail: await change, bubbles: true, composed: true }));
    return true;
  } catch (e) {
    toast({ text: messageOf(e), kind: 'bad' });
    host.requestUpdate();
    return false;
  }
}
