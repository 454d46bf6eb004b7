// Prints "PASSED FAILED" from vitest's JSON report. A skipped or postponed test counts as failed; so does a file that did not load.
import { readFileSync } from 'node:fs';

interface Report { testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[] }
const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Report;
let passed = 0, failed = 0;
for (const file of report.testResults) {
  let bad = 0;
  for (const test of file.assertionResults) {
    if (test.status === 'passed') { passed++; continue; }
    bad++;
    if (test.status !== 'failed') console.error(`not run (${test.status}): ${file.name}: ${test.fullName}`);
  }
  failed += bad === 0 && file.status === 'failed' ? 1 : bad;
}
console.log(`${passed} ${failed}`);
