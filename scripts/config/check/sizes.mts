// Small rooms: no file over 600 lines, and half of them at most 100. Tables of data may be longer.
import { readFileSync } from 'node:fs';
import { projectFiles } from './files.mts';

const STOP = 600, MEDIAN = 100;
const TABLES = [/\/fixtures\//, /^package-lock\.json$/, /^ui\/src\/api\//, /^ui\/src\/strings\//, /^appliance\/THIRD-PARTY-LICENCES\.md$/, /^LICENSE$/, /\.svg$/, /\.(json|ndjson|csv|tsv)$/];

export function sizes(): string[] {
  const counted = projectFiles().filter((f) => /\.(m?ts|js|sh|css|md|sql|html)$|^scripts\/[^./]+$/.test(f) && !TABLES.some((t) => t.test(f)))
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }));
  const problems = counted.filter((c) => c.lines > STOP).map((c) => `${c.file}: ${c.lines} lines, at most ${STOP}. Divide it.`);
  const median = counted.map((c) => c.lines).toSorted((a, b) => a - b)[Math.floor(counted.length / 2)] ?? 0;
  if (median > MEDIAN) problems.push(`the median file has ${median} lines; it should have at most ${MEDIAN}`);
  return problems;
}
