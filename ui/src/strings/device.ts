import { t } from './t.ts';

// The order matters: Edge and Opera call themselves Chrome too, Chrome calls itself Safari, Android calls itself Linux, iPhones mention Mac OS X.
const BROWSERS: [RegExp, string][] = [[/\bEdgA?\/|\bEdgiOS\//, 'Edge'], [/\bOPR\//, 'Opera'], [/\bSamsungBrowser\//, 'Samsung Internet'], [/\bFirefox\/|\bFxiOS\//, 'Firefox'], [/\bChromium\//, 'Chromium'], [/\b(?:Headless)?Chrome\/|\bCriOS\//, 'Chrome'], [/\bSafari\//, 'Safari']];
const SYSTEMS: [RegExp, string][] = [[/\biPhone\b/, 'iPhone'], [/\biPad\b/, 'iPad'], [/\bAndroid\b/, 'Android'], [/\bCrOS\b/, 'ChromeOS'], [/\bWindows\b/, 'Windows'], [/\bMac(?:intosh| OS X)\b/, 'macOS'], [/\bLinux\b/, 'Linux']];
const LONGEST = 40;

/** What a browser says of itself, in short: "Firefox on Windows". Other texts (apps name themselves) stay, cut when they are long. */
export function shortDevice(text: string): string {
  const of = (list: [RegExp, string][]): string => list.find(([is]) => is.test(text))?.[1] ?? '';
  const browser = of(BROWSERS), system = of(SYSTEMS);
  if (browser && system) return t('settings.sessions.device', { browser, system });
  if (browser) return browser;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text;
}
