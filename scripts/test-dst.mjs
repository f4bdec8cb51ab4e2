// `npm run test:dst`: tests every transition of every time zone from 2020 to 2030 and prints the totals. `npm test` tests a part of them.
import { runNode, tool } from './run-node.mjs';

const jest = ['--experimental-vm-modules', '--no-warnings', tool('jest/bin/jest.js')];
process.exitCode = await runNode([...jest, '--selectProjects', 'unit', '--runTestsByPath', 'test/unit/schedules/daylight-saving.spec.ts'], {
  env: { DST: 'whole' },
});
