/** Opens the browser's own chooser; what was chosen arrives at the upload component as a `chosen` event. */
export const chosen = new EventTarget();
/** Beside what browsers count as pictures: RAW, pictures that no browser shows, and sidecars. */
const ACCEPT = 'image/*,video/*,.heic,.heif,.hif,.jxl,.jp2,.psd,.dng,.cr2,.cr3,.crw,.nef,.nrw,.arw,.srf,.sr2,.raf,.orf,.rw2,.pef,.srw,.x3f,.3fr,.iiq,.erf,.mrw,.mts,.m2ts,.xmp';

export function chooseFiles(folder: boolean): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  if (folder) input.webkitdirectory = true;
  else input.accept = ACCEPT;
  // In the document, because some browsers drop a detached input before its event.
  input.hidden = true;
  input.dataset['testid'] = 'upload-input';
  input.addEventListener('change', () => {
    chosen.dispatchEvent(new CustomEvent<File[]>('chosen', { detail: [...(input.files ?? [])] }));
    input.remove();
  });
  input.addEventListener('cancel', () => input.remove());
  document.body.append(input);
  input.click();
}
