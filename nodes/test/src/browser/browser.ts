// A real Chromium that tells on the page: anything it asks of another host, any console error, any failed request makes the test fail.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'];
export const CHROMIUM = process.env.MANTEL_CHROMIUM ?? '/usr/bin/chromium';

export interface Watched { context: BrowserContext; page: Page; complaints: string[]; close(): Promise<void> }

/** `origin`: the only host that may be spoken to. `expected`: console errors that the test provokes itself. */
export async function openBrowser(origin: string, options: { width?: number; height?: number; dark?: boolean; expected?: RegExp } = {}): Promise<Watched> {
  const profile = mkdtempSync(join(tmpdir(), 'mantel-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, headless: true, args: FLAGS, viewport: { width: options.width ?? 1440, height: options.height ?? 900 }, colorScheme: options.dark ? 'dark' : 'light', reducedMotion: 'reduce',
  });
  const complaints: string[] = [];
  const allowed = (url: string): boolean => url.startsWith(origin) || /^(data|blob|about):/.test(url);
  context.on('request', (r) => { if (!allowed(r.url())) complaints.push(`a request left the host: ${r.url()}`); });
  context.on('console', (m) => { if ((m.type() === 'error' || m.type() === 'warning') && !options.expected?.test(m.text())) complaints.push(`console ${m.type()}: ${m.text()} (${m.location().url})`); });
  context.on('weberror', (e) => complaints.push(`page error: ${e.error().message}`));
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(15_000);
  return { context, page, complaints, close: async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  } };
}

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** A build of its own: another test may be building the dashboard at the same time. */
export async function buildDashboard(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', join(ROOT, 'ui'), '--outDir', folder, '--emptyOutDir'], { cwd: join(ROOT, 'ui') });
}

/** On the sign-in page; the caller awaits what comes after it. */
export async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByTestId('login-email').fill(who.email);
  await page.getByTestId('login-password').fill(who.password);
  await page.getByTestId('login-submit').click();
}

/** Drops real files and folders on the middle of the page, as a hand would. */
export async function dropFiles(page: Page, files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { width, height } = page.viewportSize()!;
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
  await session.detach();
}
