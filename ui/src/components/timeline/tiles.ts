import { iconMarkup } from '../../app/icons.ts';
import { thumbUrl } from '../../data/assets.ts';
import type { PhotoList } from '../../data/photo-list.ts';
import { FLAG } from '../../data/types.ts';
import { formatDay, formatMonth } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { averageColour, blurredPicture } from './placeholder.ts';
import { PictureRetry } from './picture-retry.ts';
import { placeRow, rowAt, rowOfPhoto, type Rows } from './rows.ts';
import type { Selection } from './selection.ts';
import { tileLabel, tileMarks } from './tile-marks.ts';

/*
 * The elements of the timeline, built and moved by hand: a template engine would be asked for 60 changes per frame. Tiles and headings are
 * recycled; a tile belongs to one photo while it is near the screen.
 */
interface Tile { el: HTMLElement; img: HTMLImageElement; marks: HTMLElement; index: number; at: string; size: string; filled: string; id: string }
interface Heading { el: HTMLElement; key: string; at: string }
export interface Screen { scrollTop: number; virtualY: number; height: number; fast: boolean }

export class TileField {
  #content: HTMLElement;
  #model: PhotoList;
  #selection: Selection;
  #live = new Map<number, Tile>();
  #pool: Tile[] = [];
  #headings = new Map<string, Heading>();
  #headingPool: Heading[] = [];
  #redraw: () => void;
  #retry = new PictureRetry(() => this.#again());
  active = 0;
  /** Where the focus goes with the next drawing; -1: it stays. */
  #refocus = -1;
  /** First and last photo that were drawn. */
  drawn: [number, number] = [0, -1];

  constructor(content: HTMLElement, model: PhotoList, selection: Selection, redraw: () => void) {
    this.#content = content;
    this.#model = model;
    this.#selection = selection;
    this.#redraw = redraw;
  }

  /** The layout was replaced: tiles follow their photo to its new place, so that loaded pictures stay on the screen. */
  rekey(): void {
    const old = [...this.#live.values()], focused = old.find((tile) => tile.el.matches(':focus'));
    this.#live.clear();
    for (const tile of old) {
      const index = tile.id ? this.#model.indexOf(tile.id, tile.index) : -1;
      if (index >= 0 && !this.#live.has(index)) {
        if (tile === focused) this.active = index;
        tile.index = index;
        this.#live.set(index, tile);
      } else {
        // What it showed is not loaded, or gone: the focus goes to what stands in its place now, not to nowhere.
        if (tile === focused) this.#refocus = this.active = tile.index;
        this.#retire(tile);
      }
    }
    for (const h of this.#headings.values()) this.#retireHeading(h);
    this.#headings.clear();
  }

  draw(rows: Rows, screen: Screen): void {
    const layout = this.#model.layout;
    if (!layout || rows.count === 0) return this.clear();
    const shift = screen.scrollTop - screen.virtualY;
    const r0 = rowAt(rows, Math.max(0, screen.virtualY - screen.height * 0.5)), r1 = rowAt(rows, screen.virtualY + screen.height * 1.5);
    const from = rows.first[r0]!, to = rows.first[r1 + 1]! - 1;
    this.drawn = [from, to];
    // The focused tile stays in the document while it is off the screen, so that focus is not lost.
    const refocus = Math.min(this.#refocus, layout.total - 1);
    const focused = refocus >= 0 ? refocus : ([...this.#live.values()].find((tile) => tile.el.matches(':focus'))?.index ?? -1);
    for (const [i, tile] of this.#live) {
      if ((i >= from && i <= to) || i === focused) continue;
      this.#live.delete(i);
      this.#retire(tile);
    }
    // Tab must find a photo on the screen, also after scrolling without the keyboard.
    if (focused < 0 && (this.active < from || this.active > to)) this.active = Math.min(to, rows.first[Math.min(rowAt(rows, screen.virtualY + 60), r1)]!);
    const headings = new Set<string>();
    for (let r = r0; r <= r1; r++) this.#row(rows, r, shift, screen.fast, headings);
    if (focused >= 0 && (focused < from || focused > to) && focused < layout.total) this.#row(rows, rowOfPhoto(rows, focused), shift, true, headings, focused);
    for (const [key, h] of this.#headings) if (!headings.has(key)) { this.#headings.delete(key); this.#retireHeading(h); }
    this.#refocus = -1;
    if (refocus >= 0) this.#keepFocus(refocus);
  }

  /** Not when the focus has moved on by itself. */
  #keepFocus(index: number): void {
    const root = this.#content.getRootNode() as ShadowRoot;
    if (document.activeElement === document.body || root.activeElement?.classList.contains('tile')) this.#live.get(index)?.el.focus({ preventScroll: true });
  }

  tileAt(index: number): HTMLElement | undefined { return this.#live.get(index)?.el; }
  indexOfElement(el: Element): number {
    for (const [i, tile] of this.#live) if (tile.el === el) return i;
    return -1;
  }

  /** The connection is back: pictures that did not come are asked for again at once. */
  retryPictures(): void { this.#retry.now(); }
  stop(): void { this.#retry.stop(); }
  #again(): void {
    for (const tile of this.#live.values()) if (tile.img.dataset['failed']) { this.#blank(tile); tile.filled = ''; }
    this.#redraw();
  }

  clear(): void {
    for (const tile of this.#live.values()) this.#retire(tile);
    for (const h of this.#headings.values()) this.#retireHeading(h);
    this.#live.clear();
    this.#headings.clear();
    this.drawn = [0, -1];
  }

  #row(rows: Rows, r: number, shift: number, fast: boolean, headings: Set<string>, only = -1): void {
    const layout = this.#model.layout!, top = rows.y[r]! + shift, height = Math.round(rows.h[r]!);
    let heading: { el: Heading; x: number } | undefined;
    placeRow(layout, rows, r, (i, x, width, day, startsDay) => {
      if (startsDay && only < 0 && rows.options.dayHead > 0) {
        if (heading) heading.el.el.style.maxWidth = `${x - heading.x - 8}px`;
        heading = { el: this.#day(layout.days[day]!, day, x, top - rows.options.dayHead, rows.options.dayHead, headings), x };
        heading.el.el.style.maxWidth = `${rows.options.width - x}px`;
        const month = Math.floor(layout.days[day]! / 100);
        if (day === 0 || Math.floor(layout.days[day - 1]! / 100) !== month) this.#month(month, top - rows.options.dayHead - rows.options.monthHead, rows.options.monthHead, headings);
      }
      if (only >= 0 && i !== only) return;
      let tile = this.#live.get(i);
      if (!tile) {
        tile = this.#pool.pop() ?? this.#make();
        tile.index = i;
        tile.filled = '';
        tile.el.hidden = false;
        this.#live.set(i, tile);
      }
      const at = `translate(${x}px,${top}px)`, size = `${width}x${height}`;
      if (tile.at !== at) tile.el.style.transform = tile.at = at;
      if (tile.size !== size) { tile.el.style.width = `${width}px`; tile.el.style.height = `${height}px`; tile.size = size; }
      this.#fill(tile, layout.days[day]!, layout.total, fast);
    });
  }

  #fill(tile: Tile, day: number, total: number, fast: boolean): void {
    const row = this.#model.rowAt(tile.index);
    const selected = row !== undefined && this.#selection.ids.has(row.id);
    const tab = tile.index === this.active ? 0 : -1;
    if (tile.el.tabIndex !== tab) tile.el.tabIndex = tab;
    const state = `${tile.index}|${row ? `${row.id}|${row.version}|${row.flags}` : ''}|${selected}|${total}|${fast && !tile.img.hasAttribute('src') ? 'fast' : 'still'}`;
    if (tile.filled === state) return;
    tile.filled = state;
    tile.el.setAttribute('aria-selected', String(selected));
    tile.el.setAttribute('aria-posinset', String(tile.index + 1));
    tile.el.setAttribute('aria-setsize', String(total));
    if (!row) {
      if (tile.id) this.#empty(tile);
      tile.el.setAttribute('aria-label', `${formatDay(day, true)}, ${t('timeline.tile.loading')}`);
      return;
    }
    const shown = `${row.fileId}/${row.version}`;
    if (tile.el.dataset['shown'] !== shown) {
      this.#empty(tile);
      tile.el.dataset['shown'] = shown;
      tile.el.style.backgroundColor = averageColour(row.thumbhash);
    }
    tile.id = row.id;
    tile.el.dataset['id'] = row.id;
    tile.el.setAttribute('aria-label', tileLabel(row));
    tile.marks.innerHTML = tileMarks(row);
    if (fast) return;
    const blurred = blurredPicture(row.thumbhash);
    tile.el.style.backgroundImage = blurred ? `url(${blurred})` : '';
    if (row.flags & (FLAG.waiting | FLAG.failed)) tile.img.removeAttribute('src');
    else if (!tile.img.hasAttribute('src')) tile.img.src = thumbUrl(row.fileId, row.version);
  }

  #empty(tile: Tile): void {
    tile.id = '';
    delete tile.el.dataset['id'];
    delete tile.el.dataset['shown'];
    this.#blank(tile);
    tile.el.style.backgroundColor = tile.el.style.backgroundImage = '';
    tile.marks.textContent = '';
  }

  #blank(tile: Tile): void {
    tile.img.removeAttribute('src');
    tile.img.classList.remove('ready');
    delete tile.img.dataset['failed'];
  }

  #retire(tile: Tile): void {
    this.#empty(tile);
    tile.el.hidden = true;
    this.#pool.push(tile);
  }

  #make(): Tile {
    const el = document.createElement('div');
    el.className = 'tile';
    el.dataset['testid'] = 'tile';
    el.setAttribute('role', 'option');
    el.setAttribute('tabindex', '-1'); // without the attribute it reads the same, and takes no focus
    const img = document.createElement('img');
    img.alt = '';
    img.decoding = 'async';
    img.draggable = false;
    img.addEventListener('load', () => { img.classList.add('ready'); this.#retry.came(img.src); });
    img.addEventListener('error', () => {
      if (!img.hasAttribute('src')) return;
      img.dataset['failed'] = 'yes';
      this.#retry.failed(img.src);
    });
    const marks = document.createElement('span');
    marks.className = 'marks';
    const check = document.createElement('span');
    check.className = 'check';
    check.innerHTML = iconMarkup('check', 'small');
    el.append(img, marks, check);
    this.#content.append(el);
    return { el, img, marks, index: -1, at: '', size: '', filled: '', id: '' };
  }

  #month(month: number, top: number, height: number, keep: Set<string>): void {
    this.#heading(`m${month}`, 'month', 0, top, height, keep, (el) => { el.textContent = formatMonth(month); });
  }

  #day(yyyymmdd: number, day: number, x: number, top: number, height: number, keep: Set<string>): Heading {
    return this.#heading(`d${yyyymmdd}`, 'day', x, top, height, keep, (el) => {
      const label = document.createElement('span');
      label.textContent = formatDay(yyyymmdd);
      const button = document.createElement('button');
      button.type = 'button';
      button.tabIndex = -1;
      button.dataset['day'] = String(day);
      button.setAttribute('aria-label', t('timeline.selectDay', { day: formatDay(yyyymmdd, true) }));
      button.innerHTML = iconMarkup('circle-check');
      el.replaceChildren(label, button);
    });
  }

  #heading(key: string, kind: string, x: number, top: number, height: number, keep: Set<string>, write: (el: HTMLElement) => void): Heading {
    keep.add(key);
    let h = this.#headings.get(key);
    if (!h) {
      h = this.#headingPool.pop() ?? { el: this.#content.appendChild(document.createElement('div')), key: '', at: '' };
      h.el.className = `heading ${kind}`;
      h.el.hidden = false;
      h.el.setAttribute('role', 'presentation');
      h.el.style.height = `${height}px`;
      h.el.style.maxWidth = '';
      h.key = key;
      write(h.el);
      this.#headings.set(key, h);
    }
    const at = `translate(${x}px,${top}px)`;
    if (h.at !== at) h.el.style.transform = h.at = at;
    return h;
  }
  #retireHeading(h: Heading): void { h.el.hidden = true; this.#headingPool.push(h); }
}
