import { iconMarkup } from '../../app/icons.ts';
import type { PhotoRow } from '../../data/photo-list.ts';
import { FLAG, type Problem } from '../../data/types.ts';
import { PROBLEM_ICON } from '../../strings/problems.ts';
import { formatDuration, formatWallClock } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';

/** Why a tile has no picture, as far as its row tells. */
const hindrance = (flags: number): Problem => (flags & FLAG.encrypted ? 'encrypted' : flags & FLAG.empty ? 'empty' : flags & FLAG.tooLarge ? 'too_large' : 'undecodable');

/** A tile for screen readers: "Live photo, Sunday 14 May 2023 at 18:20, favourite". */
export function tileLabel(row: PhotoRow): string {
  const { flags } = row;
  const kind = flags & FLAG.video ? (row.duration ? t('timeline.tile.duration', { time: formatDuration(row.duration) }) : t('timeline.tile.video')) : flags & FLAG.live ? t('timeline.tile.live') : t('timeline.tile.photo');
  const extra = [
    flags & FLAG.raw && t('timeline.tile.raw'), flags & FLAG.favourite && t('timeline.tile.favourite'), flags & FLAG.waiting && t('timeline.tile.waiting'),
    flags & FLAG.failed && `${t('timeline.tile.failed')}: ${t(`problem.${hindrance(flags)}.short`)}`, flags & FLAG.truncated && !(flags & FLAG.failed) && t('problem.truncated.short'),
  ].filter(Boolean);
  return [t('timeline.tile', { kind, date: formatWallClock(row.time) }), ...extra].join(', ');
}

/** What is drawn over the picture: small, and only what one cannot see. */
export function tileMarks({ flags, duration }: PhotoRow): string {
  const marks: string[] = [], badges: string[] = [];
  if (flags & FLAG.favourite) marks.push(`<span class="heart">${iconMarkup('heart', 'small filled')}</span>`);
  if (flags & FLAG.truncated && !(flags & FLAG.failed)) badges.push(iconMarkup(PROBLEM_ICON.truncated, 'small'));
  if (flags & FLAG.raw) badges.push('<span class="raw">RAW</span>');
  if (flags & FLAG.live) badges.push(iconMarkup('circle-dot-dashed', 'small'));
  if (flags & FLAG.video) badges.push(`${duration ? formatDuration(duration) : ''}${iconMarkup('play', 'small filled')}`);
  if (badges.length > 0) marks.push(`<span class="badges">${badges.join('')}</span>`);
  if (flags & FLAG.waiting) marks.push(`<span class="state">${iconMarkup('clock')}</span>`);
  else if (flags & FLAG.failed) marks.push(`<span class="state">${iconMarkup(PROBLEM_ICON[hindrance(flags)])}<span>${t(`problem.${hindrance(flags)}.short`)}</span></span>`);
  return marks.join('');
}
