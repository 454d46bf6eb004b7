// What must not stand in the project: unfinished work, tests that do not run, folders of somebody's machine, and hosts that nobody named.
import { readFileSync } from 'node:fs';
import { projectFiles } from './files.mts';

const SELF = 'scripts/config/check/words.mts';
const RULES: readonly { find: RegExp; why: string; in?: RegExp }[] = [
  { find: /\b(TODO|FIXME|XXX|HACK)\b|Error\(\s*['"`]not (yet )?implemented/i, why: 'unfinished work', in: /\.(m?ts|js|sh|md|css|html)$|^scripts\// },
  { find: /\b(it|test|describe)\.(skip|only|todo|fails)\b/, why: 'a test that does not run', in: /\.test\.m?ts$/ },
  { find: /(?<![\w.])\/(?:work|workspace|builds|Users\/\w+|home\/(?!you\b|me\b)\w+)\//, why: 'a folder of one particular machine' },
  { find: /\b(?:ghp|npm|sk|xox[bp])_[A-Za-z0-9]{20,}|BEGIN (?:RSA |EC )?PRIVATE KEY/, why: 'a secret' },
];
// Addresses that may stand in a file: our own examples, name spaces of standards, and homes of licences and parts.
const HOSTS = /^(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|(.*\.)?example(\.(com|org|net))?|(.*\.)?mantel(\.local)?|photos\.home|nas(\.local)?|evil\.example|www\.w3\.org|ns\.adobe\.com|www\.apache\.org|cipa\.jp|iptc\.org|purl\.org|www\.metadataworkinggroup\.com|www\.digikam\.org|digikam\.org|ns\.microsoft\.com|ns\.google\.com|photos\.google\.com|takeout\.google\.com|privacy\.apple\.com|www\.npmjs\.com|registry\.npmjs\.org|github\.com|json-schema\.org|opensource\.org|mantel\.photos|unknown|host|h|x|a|b)$/;
const BINARY = /\/fixtures\/media\/(?!.*\.(json|xmp)$)|\.(png|jpe?g|webp|heic|gif|ico|woff2?|mp4|mov|wasm|onnx|gz|zip|tar)$/;

export function words(): string[] {
  const problems: string[] = [];
  for (const file of projectFiles()) {
    if (file === SELF || BINARY.test(file)) continue;
    const text = readFileSync(file, 'utf8');
    const rules = RULES.filter((r) => !r.in || r.in.test(file));
    for (const [i, line] of text.split('\n').entries()) {
      for (const rule of rules) if (rule.find.test(line)) problems.push(`${file}:${i + 1}: ${rule.why}: ${line.trim().slice(0, 100)}`);
      for (const [, host] of line.matchAll(file === 'package-lock.json' ? /"resolved": "https?:\/\/([^/"]+)/g : /\bhttps?:\/\/([a-zA-Z0-9.-]+|\[[0-9a-f:]+\])/g)) {
        if (host !== undefined && !HOSTS.test(host.replace(/\.$/, '')) && !/^[\d.]+$/.test(host)) problems.push(`${file}:${i + 1}: a host that is not on the list: ${host}`);
      }
    }
  }
  return problems;
}
