import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../app/icons.ts';
import { originalUrl } from '../../data/assets.ts';
import type { Asset, Problem } from '../../data/types.ts';
import { codecName } from '../../strings/codecs.ts';
import { HINDRANCES, PROBLEM_ICON } from '../../strings/problems.ts';
import { t } from '../../strings/t.ts';

interface State { icon: string; title: string; text: string[]; /** to be saved as it is */ fileId?: string; /** a picture that stands behind the words */ poster?: string; retry?: () => void; busy?: boolean; name?: string }

/** A whole page that says why there is no picture, and what can be done. */
export function stateView(s: State): TemplateResult {
  return html`<div class="cannot ${s.busy ? 'busy' : ''}" data-testid="viewer-cannot" data-state=${s.name ?? nothing}>
    ${s.poster ? html`<img class="poster" src=${s.poster} alt="">` : nothing}
    ${icon(s.icon)}<h2>${s.title}</h2><div role="status">${s.text.map((p) => html`<p>${p}</p>`)}</div>
    ${s.fileId || s.retry ? html`<div class="do">
      ${s.retry ? html`<button class="text-button" data-testid="viewer-retry" @click=${s.retry}>${icon('rotate-ccw')}${t('viewer.retry')}</button>` : nothing}
      ${s.fileId ? html`<a class="text-button" data-testid="viewer-cannot-download" href=${originalUrl(s.fileId, true)} download>${icon('download')}${t('viewer.download')}</a>` : nothing}</div>` : nothing}
  </div>`;
}

/** What keeps this one from being shown: the clearest reason that is known. */
const hindrance = (asset: Asset | undefined): Problem => HINDRANCES.find((p) => asset?.problems.includes(p)) ?? 'undecodable';

/** The preview could not be made. `retried`: somebody asked for it again, and it ended the same way. */
export function failedView(asset: Asset | undefined, fileId: string, retried: boolean, retry: (() => void) | undefined): TemplateResult {
  const why = hindrance(asset) as 'empty' | 'encrypted' | 'too_large' | 'undecodable';
  const others = (asset?.problems ?? []).filter((p) => !HINDRANCES.includes(p) && (p === 'truncated' || p === 'wrong_extension'));
  return stateView({
    icon: PROBLEM_ICON[why], title: t(`viewer.${why}`), name: why, fileId, ...(retry && why !== 'empty' ? { retry } : {}),
    text: [t(`viewer.${why}.text`), ...others.map((p) => t(p === 'truncated' ? 'problem.truncated.short' : 'problem.wrong_extension')).map((s) => (s.endsWith('.') ? s : `${s}.`)), ...(why === 'empty' ? [] : [t('viewer.safe')]), ...(retried ? [t('viewer.retried')] : [])],
  });
}

/** The preview is there, or it is not: either way this browser has no codec for the video. */
export function unplayableView(asset: Asset | undefined, fileId: string, poster: string): TemplateResult {
  const why = HINDRANCES.find((p) => asset?.problems.includes(p));
  return stateView({ icon: why ? PROBLEM_ICON[why] : 'film', title: t('viewer.video'), name: 'video', text: why ? [t(`problem.${why}`), t('viewer.safe')] : asset?.videoCodec ? [t('viewer.video.codec', { codec: codecName(asset.videoCodec) }), t('viewer.safe')] : [t('viewer.video.text')], fileId, ...(poster ? { poster } : {}) });
}

/** The preview is being made once more. */
export const retryingView = (fileId: string): TemplateResult => stateView({ icon: 'clock', title: t('viewer.retrying'), text: [t('viewer.retrying.text')], fileId, busy: true, name: 'retrying' });

/** What is odd about a picture that is shown: one calm line that leads to the facts. */
export function thingsView(asset: Asset | undefined, open: () => void): TemplateResult | typeof nothing {
  const things = asset?.problems ?? [], [first] = things;
  if (!first) return nothing;
  return html`<button class="things chrome" data-testid="viewer-things" @click=${open} title=${things.map((p) => t(`problem.${p}`)).join(' ')}>
    ${icon(PROBLEM_ICON[first], 'small')}<span>${things.length === 1 ? t(`problem.${first}.short`) : t('viewer.things', { n: things.length })}</span></button>`;
}
