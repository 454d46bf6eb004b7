import { html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';

// One import per used icon: only these are in the bundle, and none is ever requested.
const files = import.meta.glob<string>([
  '../../../node_modules/lucide-static/icons/{heart,archive,archive-restore,trash-2,image,images,star,settings,users,activity,upload,folder-up,download,info,x,chevron-left,chevron-right,check,circle-check,circle-alert,triangle-alert,clock,image-off,play,log-out,sun,monitor,rotate-ccw,pause,plus,key-round,hard-drive,cpu,pencil,external-link,map-pin,camera,calendar,file,library,user,hash,ban,list-x,ellipsis,circle-dot-dashed,maximize,scissors,file-type,lock,file-x,calendar-off,calendar-clock,file-question-mark,tag,search,copy,film,palette,split,git-merge,circle-question-mark,scan,moon,coffee,pc-case,circle-arrow-up,circle-stop,power,unplug,chevron-down,puzzle,shield,shield-check,shield-alert,folder,folder-open,folder-sync,globe,wrench,package,package-plus,history,eye,arrow-up,power-off,import,album,cloud-download,file-archive,book-open,undo-2,list-checks,arrow-right,folder-input,video,house}.svg',
], { eager: true, query: '?raw', import: 'default' });

const inner = new Map<string, string>();
for (const [path, svg] of Object.entries(files)) {
  const name = path.slice(path.lastIndexOf('/') + 1, -4);
  inner.set(name, svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).trim());
}

/** A Lucide icon, drawn with the colour of the text around it. Decorative: the control around it carries the name. */
export function icon(name: string, classes = ''): TemplateResult {
  return html`${unsafeHTML(iconMarkup(name, classes))}`;
}

/** The same as markup, for the parts of the timeline that are built without templates. */
export function iconMarkup(name: string, classes = ''): string {
  return `<svg class="icon ${classes}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${inner.get(name) ?? ''}</svg>`;
}
