/** Opens the browser's own chooser; what was chosen arrives at the upload component as a `chosen` event. */
export const chosen = new EventTarget();

export function chooseFiles(folder: boolean): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  if (folder) input.webkitdirectory = true;
  else input.accept = 'image/*,video/*,.heic,.heif,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2';
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
