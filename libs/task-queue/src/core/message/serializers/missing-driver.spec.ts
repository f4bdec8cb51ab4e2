import { expect, it, jest } from '@jest/globals';

it('names the package to install when a serializer is asked for without it', async () => {
  jest.unstable_mockModule('msgpackr', () => {
    throw new Error("Cannot find package 'msgpackr' imported from here");
  });
  const { loadSerializers } = await import('./load-serializers.js');
  await expect(loadSerializers(['json', 'msgpack'])).rejects.toMatchObject({
    code: 'DRIVER_MISSING',
    message: expect.stringContaining("The serializer 'msgpack' needs the package 'msgpackr'"),
  });
  await expect(loadSerializers(['json', 'extended-json', 'yaml'])).resolves.toHaveProperty('size', 3);
});
