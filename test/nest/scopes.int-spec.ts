import { Inject, Injectable, Scope, UseGuards, type CanActivate } from '@nestjs/common';
import { ContextIdFactory, REQUEST, type ContextId, type ContextIdStrategy, type HostComponentInfo } from '@nestjs/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Task, TaskContext } from 'nestjs-task-queue';
import { boot, closeAll } from './support/boot.js';

@Injectable()
class Mailer {
  readonly name = 'mailer';
}

let made = 0;

@Injectable({ scope: Scope.REQUEST })
class RequestTasks {
  readonly serial = ++made;
  constructor(
    @Inject(REQUEST) private readonly request: TaskContext,
    private readonly mailer: Mailer,
  ) {}

  @Task({ name: 'scopes.request' })
  run(word: string, ctx: TaskContext): unknown[] {
    return [this.serial, this.request === ctx, this.request.id === ctx.id, this.mailer.name, word];
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestState {
  constructor(@Inject(REQUEST) readonly request: TaskContext) {}
}

@Injectable()
class RequestGuard implements CanActivate {
  constructor(private readonly state: RequestState) {}
  canActivate(): boolean {
    return this.state.request.args[0] === 'allowed';
  }
}

@Injectable()
class GuardedByRequest {
  constructor(private readonly mailer: Mailer) {}

  @Task({ name: 'scopes.guarded' })
  @UseGuards(RequestGuard)
  run(word: string): string {
    return `${word} ${this.mailer.name}`;
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class TransientTasks {
  readonly serial = ++made;
  constructor(private readonly mailer: Mailer) {}

  @Task({ name: 'scopes.transient' })
  run(): unknown[] {
    return [this.serial, this.mailer.name];
  }
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class TenantTasks {
  readonly serial = ++made;
  constructor(@Inject(REQUEST) private readonly payload: { tenant: string }) {}

  @Task({ name: 'scopes.tenant' })
  run(): unknown[] {
    return [this.serial, this.payload.tenant];
  }
}

class ByTenant implements ContextIdStrategy<TaskContext> {
  readonly #tenants = new Map<string, ContextId>();
  attach(contextId: ContextId, request: TaskContext) {
    const tenant = String(request.headers['tenant']);
    const shared = this.#tenants.get(tenant) ?? ContextIdFactory.create();
    this.#tenants.set(tenant, shared);
    return { resolve: (info: HostComponentInfo) => (info.isTreeDurable ? shared : contextId), payload: { tenant } };
  }
}

describe('scopes of task classes', () => {
  afterEach(closeAll);

  it('make a request-scoped instance for each run, with the TaskContext as REQUEST', async () => {
    const { tasks } = await boot({ providers: [RequestTasks, Mailer] });
    const [first, ...facts] = (await tasks.for(RequestTasks).run.apply('a')) as [number, ...unknown[]];
    expect(facts).toEqual([true, true, 'mailer', 'a']);
    const [second] = (await tasks.for(RequestTasks).run.apply('b')) as [number];
    expect(second).toBe(first + 1);
  });

  it('resolve a guard that depends on the request', async () => {
    const { tasks } = await boot({ providers: [GuardedByRequest, Mailer, RequestState] });
    expect(await tasks.for(GuardedByRequest).run.apply('allowed')).toBe('allowed mailer');
    await expect(tasks.for(GuardedByRequest).run.apply('other')).rejects.toThrow('Forbidden');
  });

  it('give a transient class its dependencies', async () => {
    const { tasks } = await boot({ providers: [TransientTasks, Mailer] });
    const [first, mailer] = (await tasks.for(TransientTasks).run.apply()) as [number, string];
    const [second] = (await tasks.for(TransientTasks).run.apply()) as [number];
    expect(mailer).toBe('mailer');
    expect(second).toBeGreaterThan(first);
  });

  it('share a durable instance among the runs of one tenant, known by the headers', async () => {
    ContextIdFactory.apply(new ByTenant());
    try {
      const { tasks } = await boot({ providers: [TenantTasks] }, { eager: true });
      const runFor = async (tenant: string) =>
        (await tasks.sendTask('scopes.tenant', [], { headers: { tenant } })).get() as Promise<[number, string]>;
      const [acme, again, other] = [await runFor('acme'), await runFor('acme'), await runFor('other')];
      expect([acme[1], again[1], other[1]]).toEqual(['acme', 'acme', 'other']);
      expect(again[0]).toBe(acme[0]);
      expect(other[0]).not.toBe(acme[0]);
    } finally {
      ContextIdFactory.apply(undefined as never);
    }
  });
});
