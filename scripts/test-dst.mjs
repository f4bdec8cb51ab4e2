// `npm run test:dst`: each transition of each zone from 2020 to 2030, of which `npm test` takes a part. Prints the sums.
import { runNode, tool } from './run-node.mjs';

const jest = ['--experimental-vm-modules', '--no-warnings', tool('jest/bin/jest.js')];
process.exitCode = await runNode([...jest, '--selectProjects', 'unit', '--runTestsByPath', 'test/unit/schedules/daylight-saving.spec.ts'], {
  env: { DST: 'whole' },
});
