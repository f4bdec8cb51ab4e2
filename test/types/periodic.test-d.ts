// @Periodic: what a schedule passes to a task is what the task takes.
import { crontab, Periodic, Task, type Injected, type TaskContext } from 'nestjs-task-queue';

export class Right {
  @Periodic('0 2 * * *')
  @Task({ name: 'a' })
  none(): void {}

  @Periodic({ every: '10s' }, { overlap: 'skip' })
  @Task({ name: 'b' })
  optional(_often?: number, _ctx?: TaskContext): void {}

  @Periodic(crontab({ minute: 0 }), { args: [7, { deep: ['x'] }] })
  @Periodic('0 2 * * *', { name: 'again', args: [8, { deep: [] }] })
  @Task({ name: 'c' })
  some(_id: number, _what: { deep: readonly string[] }, _db: Injected<Map<string, string>>): Promise<void> {
    return Promise.resolve();
  }
}

export class Wrong {
  // @ts-expect-error -- the task needs an argument
  @Periodic('0 2 * * *')
  @Task({ name: 'a' })
  needs(_id: number): void {}

  // @ts-expect-error -- an argument of another type
  @Periodic('0 2 * * *', { args: ['7'] })
  @Task({ name: 'b' })
  other(_id: number): void {}

  // @ts-expect-error -- one argument too many
  @Periodic('0 2 * * *', { args: [7, 8] })
  @Task({ name: 'c' })
  fewer(_id: number): void {}

  // @ts-expect-error -- no such option
  @Periodic('0 2 * * *', { overlp: 'skip' })
  @Task({ name: 'd' })
  misspelt(): void {}
}
