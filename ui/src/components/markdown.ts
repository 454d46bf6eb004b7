import { html, nothing, type TemplateResult } from 'lit';
import { Lexer, type Token, type Tokens } from 'marked';

/*
 * Markdown from a plugin, which is somebody else's text: it becomes elements by our own hand, never markup. Raw HTML stays text, pictures become their
 * description, and a link leads only to https, in a new window.
 */
type Piece = TemplateResult | string | typeof nothing | Piece[];
const DEPTH = 20;
const MOST = 200_000;

export function markdown(text: string): Piece { return blocks(new Lexer({ gfm: true }).lex(text.slice(0, MOST)), 0); }

export const safeLink = (href: string): string | null => {
  try { return new URL(href).protocol === 'https:' ? href : null; } catch { return null; }
};

const blocks = (tokens: readonly Token[], depth: number): Piece => (depth > DEPTH ? '…' : tokens.map((token) => block(token, depth)));
function block(token: Token, depth: number): Piece {
  const inside = 'tokens' in token && token.tokens ? token.tokens : [];
  switch (token.type) {
    case 'heading': return heading((token as Tokens.Heading).depth, inline(inside, depth + 1));
    case 'paragraph': return html`<p>${inline(inside, depth + 1)}</p>`;
    case 'text': return inside.length > 0 ? inline(inside, depth + 1) : plain(token as Tokens.Text);
    case 'blockquote': return html`<blockquote>${blocks(inside, depth + 1)}</blockquote>`;
    case 'code': return html`<pre><code>${(token as Tokens.Code).text}</code></pre>`;
    case 'hr': return html`<hr>`;
    case 'list': {
      const l = token as Tokens.List, items = l.items.map((i) => html`<li>${i.task ? (i.checked ? '☑ ' : '☐ ') : nothing}${blocks(i.tokens.filter((x) => (x.type as string) !== 'checkbox'), depth + 1)}</li>`);
      return l.ordered ? html`<ol start=${Number(l.start) || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case 'table': {
      const table = token as Tokens.Table;
      return html`<div class="table"><table><thead><tr>${table.header.map((c) => html`<th>${inline(c.tokens, depth + 1)}</th>`)}</tr></thead><tbody>${table.rows.map((r) => html`<tr>${r.map((c) => html`<td>${inline(c.tokens, depth + 1)}</td>`)}</tr>`)}</tbody></table></div>`;
    }
    case 'space': case 'def': return nothing;
    case 'html': return html`<p>${token.raw.trim()}</p>`;
    default: return inline([token], depth + 1);
  }
}
// The page has its own first heading.
const heading = (level: number, what: Piece): TemplateResult => (level <= 1 ? html`<h2 class="first">${what}</h2>` : level === 2 ? html`<h3>${what}</h3>` : html`<h4>${what}</h4>`);

const inline = (tokens: readonly Token[], depth: number): Piece => (depth > DEPTH ? '…' : tokens.map((token): Piece => {
  const inside = (): Piece => inline('tokens' in token && token.tokens ? token.tokens : [], depth + 1);
  switch (token.type) {
    case 'strong': return html`<strong>${inside()}</strong>`;
    case 'em': return html`<em>${inside()}</em>`;
    case 'del': return html`<del>${inside()}</del>`;
    case 'codespan': return html`<code>${unescape((token as Tokens.Codespan).text)}</code>`;
    case 'br': return html`<br>`;
    case 'link': {
      const href = safeLink((token as Tokens.Link).href);
      return href ? html`<a href=${href} target="_blank" rel="noopener noreferrer">${inside()}</a>` : inside();
    }
    case 'image': return (token as Tokens.Image).text;
    case 'text': return 'tokens' in token && token.tokens ? inside() : plain(token as Tokens.Text);
    case 'escape': return (token as Tokens.Escape).text;
    default: return token.raw;
  }
}));
const plain = (token: Tokens.Text): string => unescape(token.text);
/** Where the lexer has made entities for markup, we want the letters. */
const NAMES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescape = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => NAMES[name]!);
