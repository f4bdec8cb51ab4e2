import { Test, type TestingModule } from '@nestjs/testing';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { SearchService } from './search.service.js';
import { SearchTasks } from './search.tasks.js';

describe('search', () => {
  let app: TestingModule;
  let queue: TestQueue;
  let search: SearchService;

  beforeEach(async () => {
    app = await Test.createTestingModule({
      imports: [TaskQueueTestingModule.forRoot()],
      providers: [SearchService, SearchTasks],
    }).compile();
    queue = app.get(TestQueue);
    search = app.get(SearchService);
  });
  afterEach(() => app.close());

  it('is rebuilt once at a time for each tenant', async () => {
    const first = await search.rebuild('acme', 'new mapping');
    expect(await search.rebuild('acme', 'nightly')).toBe(`already under way: ${first}`);
    await expect(search.rebuildOrFail('acme')).rejects.toMatchObject({ code: 'TASK_NOT_UNIQUE', holder: first });

    await queue.drain({ throwFailures: true });
    await search.rebuildOrFail('acme');
  });

  it('indexes a post five seconds after its last change', async () => {
    const first = await search.changed('p1');
    await queue.clock.advance('4s');
    await search.changed('p1');
    await queue.clock.advance('4s');
    await queue.drain();
    expect(app.get(SearchTasks).indexed).toEqual([]);
    expect(await first.state()).toBe('REVOKED');

    await queue.clock.advance('1s');
    await queue.drain();
    expect(app.get(SearchTasks).indexed).toEqual(['p1']);
  });

  it('reminds at most once an hour', async () => {
    expect((await search.remind('ada')).deduplicated).toBe(false);
    await queue.drain();
    expect((await search.remind('ada')).deduplicated).toBe(true);
    await queue.clock.advance('1h');
    expect((await search.remind('ada')).deduplicated).toBe(false);
  });

  it('answers a repeated request with the first call', async () => {
    const sent = await search.remindOnce('ada', 'request-1');
    await queue.drain();
    const again = await search.remindOnce('ada', 'request-1');
    expect(again).toMatchObject({ id: sent.id, deduplicated: true });
    expect(await again.get()).toBe('reminded ada');
  });
});
